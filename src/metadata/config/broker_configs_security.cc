// Broker configs: authorization, TLS. Without a TLS listener the keys of TLS change nothing.

#include "metadata/config/config_table.h"

namespace weir::metadata {
namespace {

using namespace define;

// clang-format off: one config, one paragraph
constexpr ConfigDefinition broker_security_configs[] = {
    text("authorizer.class.name", "")
        .refused("an authorizer is not served, and every client would be let in")
        .says("A class that decides who may do what."),
    int64("delegation.token.expiry.check.interval.ms", "3600000").at_least(1).none_yet()
        .says("How often delegation tokens are looked at for expiry."),
    int64("delegation.token.expiry.time.ms", "86400000").at_least(1).none_yet()
        .says("How long a delegation token holds unless renewed."),
    int64("delegation.token.max.lifetime.ms", "604800000").at_least(1).none_yet()
        .says("The longest life of a delegation token."),
    password("delegation.token.secret.key").refused("delegation tokens are not served")
        .says("The secret that signs delegation tokens."),
    class_name("principal.builder.class",
        "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder")
        .per_broker().refused("principals are not built by classes")
        .says("A class that makes a principal of a connection."),
    text("security.inter.broker.protocol", "PLAINTEXT").one_of(security_protocols)
        .refused("only PLAINTEXT is served")
        .says("The security protocol among brokers."),
    text("security.providers").none_yet()
        .says("Classes that provide algorithms to Java."),
    boolean("ssl.allow.dn.changes", "false").none_yet()
        .says("Whether a new key may name another owner."),
    boolean("ssl.allow.san.changes", "false").none_yet()
        .says("Whether a new key may have other host names."),
    list("ssl.cipher.suites", "").list_of().per_broker().none_yet()
        .says("Cipher suites of TLS listeners."),
    text("ssl.client.auth", "none").one_of(client_auth).per_broker().none_yet()
        .says("Whether clients of TLS listeners must show a certificate."),
    list("ssl.enabled.protocols", "TLSv1.2,TLSv1.3").list_of().per_broker().none_yet()
        .says("Versions of TLS that are offered."),
    text("ssl.endpoint.identification.algorithm", "https").per_broker().none_yet()
        .says("How a server's host name is checked against its certificate."),
    class_name("ssl.engine.factory.class").per_broker().none_yet()
        .says("A class that makes TLS engines."),
    password("ssl.key.password").per_broker().none_yet()
        .says("The password of the private key."),
    text("ssl.keymanager.algorithm", "SunX509").per_broker().none_yet()
        .says("Java's algorithm for key managers."),
    password("ssl.keystore.certificate.chain").per_broker().none_yet()
        .says("The certificate chain, in PEM."),
    password("ssl.keystore.key").per_broker().none_yet()
        .says("The private key, in PEM."),
    text("ssl.keystore.location").per_broker().none_yet()
        .says("The file of the key store."),
    password("ssl.keystore.password").per_broker().none_yet()
        .says("The password of the key store."),
    text("ssl.keystore.type", "JKS").per_broker().none_yet()
        .says("The format of the key store."),
    text("ssl.principal.mapping.rules", "DEFAULT").none_yet()
        .says("Rules that make short names of certificate names."),
    text("ssl.protocol", "TLSv1.3").per_broker().none_yet()
        .says("The version of TLS that is preferred."),
    text("ssl.provider").per_broker().none_yet()
        .says("The name of Java's provider of TLS."),
    text("ssl.secure.random.implementation").per_broker().none_yet()
        .says("Java's source of random numbers for TLS."),
    text("ssl.trustmanager.algorithm", "PKIX").per_broker().none_yet()
        .says("Java's algorithm for trust managers."),
    password("ssl.truststore.certificates").per_broker().none_yet()
        .says("Trusted certificates, in PEM."),
    text("ssl.truststore.location").per_broker().none_yet()
        .says("The file of the trust store."),
    password("ssl.truststore.password").per_broker().none_yet()
        .says("The password of the trust store."),
    text("ssl.truststore.type", "JKS").per_broker().none_yet()
        .says("The format of the trust store."),
};
// clang-format on

}  // namespace

std::span<const ConfigDefinition> broker_security_table() { return broker_security_configs; }

}  // namespace weir::metadata
