# Run by `cmake --install`: manual pages, and completion for bash, zsh and fish where each looks for it.
# In: weir (the program), mandir and datadir (beneath the prefix, or absolute).

function(destination NAME FOLDER)
  if(NOT IS_ABSOLUTE "${FOLDER}")
    set(FOLDER "${CMAKE_INSTALL_PREFIX}/${FOLDER}")
  endif()
  set(${NAME} "$ENV{DESTDIR}${FOLDER}" PARENT_SCOPE)
endfunction()

destination(pages "${mandir}/man1")
message(STATUS "Installing: ${pages}/weir*.1")
execute_process(COMMAND "${weir}" man --write "${pages}" COMMAND_ERROR_IS_FATAL ANY)

foreach(completion bash:bash-completion/completions/weir zsh:zsh/site-functions/_weir
                   fish:fish/vendor_completions.d/weir.fish)
  string(REPLACE ":" ";" completion "${completion}")
  list(GET completion 0 shell)
  list(GET completion 1 file)
  destination(file "${datadir}/${file}")
  cmake_path(GET file PARENT_PATH folder)
  file(MAKE_DIRECTORY "${folder}")
  message(STATUS "Installing: ${file}")
  execute_process(COMMAND "${weir}" completion ${shell} OUTPUT_FILE "${file}" COMMAND_ERROR_IS_FATAL ANY)
endforeach()
