import Outbound
import Testing

/// Where the server may call.
@Suite struct OutboundRulesTests {
    @Test(arguments: ["localhost", "127.0.0.1", "127.9.9.9", "::1", "LOCALHOST", "hooks.localhost"])
    func loopbackIsAllowed(_ host: String) {
        #expect(OutboundRules().refusal(host: host, port: 80) == nil)
    }

    @Test(arguments: ["example.org", "10.0.0.1", "0.0.0.0", "127.0.0.1.example.org", "localhost.example.org", "::2"])
    func whatLiesBeyondIsRefusedUnlessAllowed(_ host: String) {
        #expect(OutboundRules().refusal(host: host, port: 80)?.contains("--allow-outbound \(host):80") == true)
        #expect(OutboundRules(allowing: [host]).refusal(host: host, port: 80) == nil)
        #expect(OutboundRules(allowing: ["\(host):80"]).refusal(host: host, port: 80) == nil)
        #expect(OutboundRules(allowing: ["\(host):81"]).refusal(host: host, port: 80) != nil)
    }

    @Test(arguments: ["169.254.169.254", "fe80::1", "FE80::1", "febf::1", "::ffff:169.254.169.254"])
    func linkLocalAddressesAreNeverCalled(_ host: String) {
        #expect(OutboundRules(allowing: [host, "\(host):80"]).refusal(host: host, port: 80)?.contains("never") == true)
    }

    @Test(arguments: ["", "nonsense", "/path", "ftp://localhost/", "http://", "unix:/tmp/x"])
    func whatIsNoAddressIsRefused(_ url: String) {
        #expect(throws: WebhookSender.Refusal.self) { try WebhookSender(url, OutboundRules()) }
    }
}
