// The ids of people who exist here only: drawn, in the form that the service's have.

package import Kernel

extension WorkerIdentity {
    /// A member of a private team.
    /// - Parameters:
    ///   - signIn: the kind of identity provider, and its address.
    ///   - draws: the person's own; the same draws are the same person.
    package static func privateMember(
        in region: Region, signIn: (provider: String, issuer: String), _ draws: SeededDraws
    ) -> WorkerIdentity {
        let name = draws.scoped("id").text(16, from: Alphabet.lowerHex)
        var digits = Array(draws.scoped("subject").text(32, from: Alphabet.lowerHex).utf8)
        // Version and variant of a random UUID (RFC 9562, 5.4).
        digits[12] = UInt8(ascii: "4")
        digits[16] = Alphabet.lowerHex[8 + Int(draws.scoped("variant").below(4))]
        return WorkerIdentity(
            id: "private.\(region).\(name)",
            account: Account(
                provider: signIn.provider, issuer: signIn.issuer,
                subject: uuidText(String(decoding: digits, as: UTF8.self))))
    }

    /// The address of a Cognito user pool, as its tokens name it.
    package static func issuer(ofUserPool pool: String, in region: Region) -> String {
        "https://cognito-idp.\(region).amazonaws.com/\(pool)"
    }
}
