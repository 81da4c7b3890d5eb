// A certificate that the server makes for itself (`--tls self-signed`): kept in the data directory, so that clients
// which were told to trust it still do after a restart, and made anew when its names change or its time runs out.

import Crypto
import FoundationEssentials
import Kernel
import Server
import SwiftASN1
import X509

struct SelfSignedCertificate {
    /// Where clients find what to trust (`AWS_CA_BUNDLE`, `--ca-bundle`).
    let path: String
    let identity: TLSIdentity

    /// - Parameters:
    ///   - hosts: names below which buckets are; each stands for itself and for one label in front of it.
    init(in folder: String, hosts: [String], now: Kernel.Instant) throws {
        path = folder + "/tls-certificate.pem"
        let keyPath = folder + "/tls-key.pem"
        if let known = try? Self.read(path, keyPath, hosts: hosts, now: now) {
            identity = known
            return
        }
        let made = try Self.make(hosts: hosts, now: now)
        try ProcessEnvironment.write(made.key, to: keyPath)
        try ProcessEnvironment.write(made.certificates, to: path)
        identity = made
    }

    private static let lifetime = Duration.seconds(397 * 86_400)

    private static func read(
        _ path: String, _ keyPath: String, hosts: [String], now: Kernel.Instant
    ) throws -> TLSIdentity? {
        let certificates = try ProcessEnvironment.read(path), key = try ProcessEnvironment.read(keyPath)
        let certificate = try Certificate(pemEncoded: String(decoding: certificates, as: UTF8.self))
        let left = Kernel.Instant(seconds: Int64(certificate.notValidAfter.timeIntervalSince1970)) - now
        guard left > .seconds(86_400), let names = try certificate.extensions.subjectAlternativeNames,
            names == Self.names(hosts)
        else { return nil }
        return TLSIdentity(certificates: certificates, key: key)
    }

    private static func names(_ hosts: [String]) -> SubjectAlternativeNames {
        SubjectAlternativeNames(
            hosts.flatMap { [GeneralName.dnsName($0), .dnsName("*." + $0)] } + [
                .ipAddress(.init(contentBytes: [127, 0, 0, 1])),
                .ipAddress(.init(contentBytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])),
            ])
    }

    private static func make(hosts: [String], now: Kernel.Instant) throws -> TLSIdentity {
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName {
            CommonName("Groundwork")
            OrganizationName("self-signed")
        }
        let start = Date(timeIntervalSince1970: Double((now - .seconds(86_400)).seconds))
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key.publicKey),
            notValidBefore: start, notValidAfter: start + lifetime.inSeconds, issuer: name, subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                // It is its own authority: clients that trust it need nothing else.
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
                try ExtendedKeyUsage([.serverAuth])
                names(hosts)
            },
            issuerPrivateKey: .init(key))
        let text = try certificate.serializeAsPEM().pemString + "\n"
        return TLSIdentity(certificates: Array(text.utf8), key: Array((key.pemRepresentation + "\n").utf8))
    }
}
