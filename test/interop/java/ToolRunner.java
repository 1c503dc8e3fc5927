// Runs the mains of Kafka's command line tools one after another inside one JVM, because starting a JVM for each of a
// hundred invocations costs more than the invocations.
//
// Standard input: one JSON object a line, {"main": CLASS, "args": [...], "input": TEXT}. Standard output: one JSON
// object a line, {"code": EXIT, "out": TEXT, "err": TEXT}. A tool that calls Exit.exit ends there: what its own
// catch blocks would still print afterwards is dropped, as it would be in a process of its own.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Exit;

public final class ToolRunner {
    private static final class Ended extends Error {
        Ended() {
            super("the tool ended", null, false, false);
        }
    }

    private static final class Capture extends OutputStream {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        volatile boolean closed = false;

        @Override
        public synchronized void write(int value) {
            if (!closed) {
                bytes.write(value);
            }
        }

        @Override
        public synchronized void write(byte[] data, int from, int size) {
            if (!closed) {
                bytes.write(data, from, size);
            }
        }

        @Override
        public synchronized String toString() {
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }

    private static volatile Integer code = null;
    private static Capture out;
    private static Capture err;
    private static final List<Runnable> hooks = new ArrayList<>();

    private static void end(int status) {
        if (code == null) {
            code = status;
            System.out.flush();
            System.err.flush();
            out.closed = true;
            err.closed = true;
        }
        throw new Ended();
    }

    private static void run(String main, String[] args, String input) throws Exception {
        InputStream stdin = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            Method method = Class.forName(main).getMethod("main", String[].class);
            method.invoke(null, (Object) args);
        } catch (InvocationTargetException failure) {
            if (!(failure.getCause() instanceof Ended)) {
                System.err.print("Exception in thread \"main\" ");
                failure.getCause().printStackTrace();
                if (code == null) {
                    code = 1;
                }
            }
        } finally {
            System.setIn(stdin);
        }
        out.closed = false;
        err.closed = false;
        synchronized (hooks) {
            for (Runnable hook : hooks) {
                hook.run();
            }
            hooks.clear();
        }
    }

    public static void main(String[] ignored) throws Exception {
        ObjectMapper json = new ObjectMapper();
        PrintStream answers = System.out;
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Exit.setExitProcedure((status, message) -> end(status));
        Exit.setHaltProcedure((status, message) -> end(status));
        Exit.setShutdownHookAdder((name, hook) -> {
            synchronized (hooks) {
                hooks.add(hook);
            }
        });
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            JsonNode request = json.readTree(line);
            List<String> args = new ArrayList<>();
            request.get("args").forEach(arg -> args.add(arg.asText()));
            code = null;
            out = new Capture();
            err = new Capture();
            System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
            run(request.get("main").asText(), args.toArray(new String[0]), request.path("input").asText(""));
            System.out.flush();
            System.err.flush();
            ObjectNode answer = json.createObjectNode();
            answer.put("code", code == null ? 0 : code);
            answer.put("out", out.toString());
            answer.put("err", err.toString());
            answers.println(json.writeValueAsString(answer));
            answers.flush();
        }
        Runtime.getRuntime().halt(0);
    }
}
