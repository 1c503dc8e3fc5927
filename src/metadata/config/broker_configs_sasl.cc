// Broker configs: SASL. Without a SASL listener they change nothing.

#include "metadata/config/config_table.h"

namespace weir::metadata {
namespace {

using namespace define;

// clang-format off: one config, one paragraph
constexpr ConfigDefinition broker_sasl_configs[] = {
    class_name("sasl.client.callback.handler.class").none_yet()
        .says("A class that answers a SASL client's questions."),
    list("sasl.enabled.mechanisms", "GSSAPI").list_of().per_broker().none_yet()
        .says("Mechanisms of SASL listeners."),
    password("sasl.jaas.config").per_broker().none_yet()
        .says("Login modules of a SASL listener."),
    text("sasl.kerberos.kinit.cmd", "/usr/bin/kinit").per_broker().none_yet()
        .says("The path of Kerberos's kinit."),
    int64("sasl.kerberos.min.time.before.relogin", "60000").per_broker().none_yet()
        .says("The shortest time between two Kerberos logins."),
    list("sasl.kerberos.principal.to.local.rules", "DEFAULT").list_of().per_broker().none_yet()
        .says("Rules that make short names of Kerberos principals."),
    text("sasl.kerberos.service.name").per_broker().none_yet()
        .says("The Kerberos name of the brokers."),
    real("sasl.kerberos.ticket.renew.jitter", "0.05").per_broker().none_yet()
        .says("The random part of the time to a Kerberos renewal."),
    real("sasl.kerberos.ticket.renew.window.factor", "0.8").per_broker().none_yet()
        .says("After which share of its life a Kerberos ticket is renewed."),
    class_name("sasl.login.callback.handler.class").none_yet()
        .says("A class that answers a SASL login's questions."),
    class_name("sasl.login.class").none_yet()
        .says("A class that does a SASL login."),
    int32("sasl.login.connect.timeout.ms").none_yet()
        .says("How long a connection to the login provider may take."),
    int32("sasl.login.read.timeout.ms").none_yet()
        .says("How long an answer of the login provider may take."),
    int16("sasl.login.refresh.buffer.seconds", "300").per_broker().none_yet()
        .says("How long before its end a login is refreshed at the latest."),
    int16("sasl.login.refresh.min.period.seconds", "60").per_broker().none_yet()
        .says("How long a login is kept at least before it is refreshed."),
    real("sasl.login.refresh.window.factor", "0.8").per_broker().none_yet()
        .says("After which share of its life a login is refreshed."),
    real("sasl.login.refresh.window.jitter", "0.05").per_broker().none_yet()
        .says("The random part of the time to a refresh of a login."),
    int64("sasl.login.retry.backoff.max.ms", "10000").none_yet()
        .says("The longest wait before a login is tried again."),
    int64("sasl.login.retry.backoff.ms", "100").none_yet()
        .says("The wait before a login is tried again."),
    text("sasl.mechanism.controller.protocol", "GSSAPI").none_yet()
        .says("The SASL mechanism towards controllers."),
    text("sasl.mechanism.inter.broker.protocol", "GSSAPI").per_broker().none_yet()
        .says("The SASL mechanism among brokers."),
    boolean("sasl.oauthbearer.allow.unverified.audience", "false").none_yet()
        .says("Whether an OAuth token's audience may go unchecked."),
    boolean("sasl.oauthbearer.allow.unverified.issuer", "false").none_yet()
        .says("Whether an OAuth token's issuer may go unchecked."),
    text("sasl.oauthbearer.assertion.algorithm", "RS256").one_of_any_case(assertion_algorithms)
        .none_yet()
        .says("The algorithm that signs OAuth assertions."),
    text("sasl.oauthbearer.assertion.claim.aud").none_yet()
        .says("The audience of OAuth assertions."),
    int32("sasl.oauthbearer.assertion.claim.exp.seconds", "300").between(0, 86400).none_yet()
        .says("How long OAuth assertions hold."),
    text("sasl.oauthbearer.assertion.claim.iss").none_yet()
        .says("The issuer of OAuth assertions."),
    boolean("sasl.oauthbearer.assertion.claim.jti.include", "false").none_yet()
        .says("Whether OAuth assertions carry an id of their own."),
    int32("sasl.oauthbearer.assertion.claim.nbf.seconds", "60").between(0, 3600).none_yet()
        .says("How far back OAuth assertions begin to hold."),
    text("sasl.oauthbearer.assertion.claim.sub").none_yet()
        .says("The subject of OAuth assertions."),
    text("sasl.oauthbearer.assertion.file").none_yet()
        .says("A file that holds a ready OAuth assertion."),
    text("sasl.oauthbearer.assertion.private.key.file").none_yet()
        .says("The key that signs OAuth assertions."),
    password("sasl.oauthbearer.assertion.private.key.passphrase").none_yet()
        .says("The passphrase of the key that signs OAuth assertions."),
    text("sasl.oauthbearer.assertion.template.file").none_yet()
        .says("A file with further claims of OAuth assertions."),
    text("sasl.oauthbearer.client.credentials.client.id").none_yet()
        .says("The client id shown to the OAuth provider."),
    password("sasl.oauthbearer.client.credentials.client.secret").none_yet()
        .says("The client secret shown to the OAuth provider."),
    int32("sasl.oauthbearer.clock.skew.seconds", "30").none_yet()
        .says("How far the OAuth provider's clock may differ."),
    list("sasl.oauthbearer.expected.audience", "").list_of().none_yet()
        .says("Audiences that an OAuth token must name."),
    text("sasl.oauthbearer.expected.issuer").none_yet()
        .says("The issuer that an OAuth token must name."),
    int64("sasl.oauthbearer.jwks.endpoint.refresh.ms", "3600000").none_yet()
        .says("How often the OAuth provider's keys are fetched."),
    int64("sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms", "10000").none_yet()
        .says("The longest wait before the OAuth provider's keys are fetched again."),
    int64("sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", "100").none_yet()
        .says("The wait before the OAuth provider's keys are fetched again."),
    text("sasl.oauthbearer.jwks.endpoint.url").none_yet()
        .says("Where the OAuth provider's keys are."),
    class_name("sasl.oauthbearer.jwt.retriever.class",
        "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever")
        .none_yet()
        .says("A class that fetches OAuth tokens."),
    class_name("sasl.oauthbearer.jwt.validator.class",
        "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator")
        .none_yet()
        .says("A class that checks OAuth tokens."),
    text("sasl.oauthbearer.scope").none_yet()
        .says("The scope asked of the OAuth provider."),
    text("sasl.oauthbearer.scope.claim.name", "scope").none_yet()
        .says("The claim of an OAuth token that names its scope."),
    text("sasl.oauthbearer.sub.claim.name", "sub").none_yet()
        .says("The claim of an OAuth token that names its subject."),
    text("sasl.oauthbearer.token.endpoint.url").none_yet()
        .says("Where OAuth tokens are fetched."),
    class_name("sasl.server.callback.handler.class").none_yet()
        .says("A class that answers a SASL server's questions."),
    int32("sasl.server.max.receive.size", "524288").none_yet()
        .says("The most bytes of one SASL message before authentication."),
};
// clang-format on

}  // namespace

std::span<const ConfigDefinition> broker_sasl_table() { return broker_sasl_configs; }

}  // namespace weir::metadata
