import JSON
import Kernel
import Signing
import Testing

private func read(_ text: String) throws -> [Credentials] {
    try CredentialFile.credentials(in: JSONValue(parsing: text), account: .standard)
}

@Test func identitiesAreReadFromTheFile() throws {
    let credentials = try read(
        #"{"identities": [{"accessKeyId": "A", "secretAccessKey": "s", "account": "123456789012", "#
            + #""displayName": "Ann", "canonicalId": "c0ffee"}, "#
            + #"{"accessKeyId": "210987654321", "secretAccessKey": "t"}]}"#
    )
    #expect(credentials.map(\.accessKey) == ["A", "210987654321"])
    #expect(credentials.map(\.identity.account.description) == ["123456789012", "210987654321"])
    #expect(credentials[0].identity.displayName == "Ann")
    #expect(credentials[0].identity.canonicalID == "c0ffee")
    #expect(credentials[1].identity == Identity(account: credentials[1].identity.account))
}

@Test(arguments: [
    "[]", #"{"identities": {}}"#, #"{"identities": [1]}"#, #"{"identities": [{"accessKeyId": "A"}]}"#,
    #"{"identities": [{"accessKeyId": "", "secretAccessKey": "s"}]}"#,
    #"{"identities": [{"accessKeyId": "A", "secretAccessKey": 1}]}"#,
    #"{"identities": [{"accessKeyId": "A", "secretAccessKey": "s", "account": "12"}]}"#,
    #"{"identities": [{"accessKeyId": "A", "secretAccessKey": "s", "acount": "123456789012"}]}"#,
])
func aFileThatIsWrongIsRefused(text: String) {
    #expect(throws: CredentialFileError.self) { _ = try read(text) }
}

@Test func theEnvironmentMayHoldAKey() {
    let environment = ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": ""]
    let credentials = Credentials(environment: environment, account: .standard)
    #expect(credentials?.secret == "s")
    #expect(credentials?.sessionToken == nil)
    #expect(Credentials(environment: ["AWS_ACCESS_KEY_ID": "A"], account: .standard) == nil)
}

@Test func aLaterEntryReplacesAnEarlierOne() {
    var changed = Credentials.wellKnown(account: .standard)
    changed.secret = "other"
    #expect(
        CredentialSet([.wellKnown(account: .standard), changed]).credentials(for: "test", sessionToken: nil)?.secret
            == "other")
    #expect(CredentialSet([]).credentials(for: "test", sessionToken: nil) == nil)
}
