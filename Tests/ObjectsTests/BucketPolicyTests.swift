import Kernel
import Testing

@testable import Objects

/// Policies as the IAM user guide describes their evaluation.
@Suite struct BucketPolicyTests {
    private let mine = AccountID("111111111111") ?? .standard, theirs = AccountID("222222222222") ?? .standard

    private func context(
        _ account: AccountID?, headers: [(String, String)] = [], query: String = "", address: String = "10.1.2.3",
        user: String? = nil
    ) -> PolicyContext {
        PolicyContext(
            account: account, canonicalID: account.map { "id of \($0)" } ?? "", userName: user, region: "us-east-1",
            bucketOwner: mine,
            facts: RequestFacts(
                head: RequestHead(
                    method: "GET", target: "/b/k" + (query.isEmpty ? "" : "?" + query),
                    headers: HeaderFields(headers.map { (name: $0.0, value: $0.1) })),
                sourceAddress: address, isSecure: false, signatureVersion: "AWS4-HMAC-SHA256", authType: "REST-HEADER",
                signatureAge: nil, now: Instant(seconds: 1_700_000_000)))
    }

    private func policy(_ statements: String) throws -> BucketPolicy {
        try BucketPolicy(
            parsing: Array("{\"Version\":\"2012-10-17\",\"Statement\":[\(statements)]}".utf8), bucket: "b")
    }

    private func verdict(
        _ statements: String, _ context: PolicyContext, _ action: S3Action = .getObject,
        _ resource: String = "arn:aws:s3:::b/k"
    ) throws -> BucketPolicy.Verdict {
        try policy(statements).verdict(PolicyRequest(action: action, resource: resource, conditions: context))
    }

    private func statement(
        _ effect: String = "Allow", principal: String = "\"Principal\":\"*\"", action: String = "\"s3:GetObject\"",
        resource: String = "\"arn:aws:s3:::b/*\"", condition: String = ""
    ) -> String {
        """
        {"Effect":"\(effect)",\(principal),"Action":\(action),"Resource":\(resource)\
        \(condition.isEmpty ? "" : ",\"Condition\":{\(condition)}")}
        """
    }

    @Test func aDenialGoesBeforeEveryPermission() throws {
        let both = statement() + "," + statement("Deny", resource: "\"arn:aws:s3:::b/secret/*\"")
        #expect(try verdict(both, context(theirs)) == .allowed(byPublicStatement: true))
        #expect(try verdict(both, context(theirs), .getObject, "arn:aws:s3:::b/secret/x") == .denied)
        #expect(try verdict(both, context(theirs), .putObject) == .silent)
    }

    @Test(
        arguments: [
            ("{\"AWS\":\"222222222222\"}", true), ("{\"AWS\":\"arn:aws:iam::222222222222:root\"}", true),
            ("{\"AWS\":[\"333333333333\",\"222222222222\"]}", true), ("{\"AWS\":\"333333333333\"}", false),
            ("{\"AWS\":\"arn:aws:iam::222222222222:user/ann\"}", true),
            ("{\"AWS\":\"arn:aws:iam::222222222222:user/bob\"}", false),
            ("{\"CanonicalUser\":\"id of 222222222222\"}", true), ("{\"CanonicalUser\":\"id of me\"}", false),
            ("{\"Service\":\"logging.s3.amazonaws.com\"}", false), ("\"*\"", true), ("{\"AWS\":\"*\"}", true),
        ])
    func principalsAreNamedInSeveralWays(_ principal: String, _ isNamed: Bool) throws {
        let allowed = statement(principal: "\"Principal\":" + principal)
        #expect((try verdict(allowed, context(theirs, user: "ann")) == .silent) == !isNamed)
        let others = statement(principal: "\"NotPrincipal\":" + principal)
        #expect((try verdict(others, context(theirs, user: "ann")) == .silent) == isNamed)
    }

    @Test func nobodyIsOnlyEverybody() throws {
        #expect(try verdict(statement(), context(nil)) == .allowed(byPublicStatement: true))
        let named = statement(principal: "\"Principal\":{\"AWS\":\"222222222222\"}")
        #expect(try verdict(named, context(nil)) == .silent)
    }

    @Test(
        arguments: [
            ("\"s3:*\"", true), ("\"*\"", true), ("\"s3:Get*\"", true), ("\"s3:getobject\"", true),
            ("\"s3:GetObjectVersion\"", false), ("[\"s3:Put*\",\"s3:Get?bject\"]", true), ("\"s3:GetObjec\"", false),
        ])
    func actionsMayHaveWildcards(_ action: String, _ isCovered: Bool) throws {
        #expect((try verdict(statement(action: action), context(theirs)) == .silent) == !isCovered)
    }

    @Test(
        arguments: [
            ("\"StringEquals\":{\"aws:UserAgent\":\"tool/1\"}", true),
            ("\"StringEquals\":{\"aws:UserAgent\":[\"x\",\"tool/1\"]}", true),
            ("\"StringEquals\":{\"aws:UserAgent\":\"TOOL/1\"}", false),
            ("\"StringEqualsIgnoreCase\":{\"aws:UserAgent\":\"TOOL/1\"}", true),
            ("\"StringNotEquals\":{\"aws:UserAgent\":\"tool/1\"}", false),
            ("\"StringNotEquals\":{\"aws:Referer\":\"x\"}", true), ("\"StringEquals\":{\"aws:Referer\":\"x\"}", false),
            ("\"StringEqualsIfExists\":{\"aws:Referer\":\"x\"}", true),
            ("\"StringLike\":{\"aws:UserAgent\":\"to*/?\"}", true),
            ("\"StringNotLike\":{\"aws:UserAgent\":\"to*\"}", false),
            ("\"NumericLessThan\":{\"s3:max-keys\":\"11\"}", true), ("\"NumericEquals\":{\"s3:max-keys\":10}", true),
            ("\"NumericGreaterThan\":{\"s3:max-keys\":10}", false),
            ("\"DateLessThan\":{\"aws:CurrentTime\":\"2023-12-01T00:00:00Z\"}", true),
            ("\"DateGreaterThan\":{\"aws:CurrentTime\":\"2023-12-01T00:00:00Z\"}", false),
            ("\"DateGreaterThanEquals\":{\"aws:EpochTime\":\"1700000000\"}", true),
            ("\"Bool\":{\"aws:SecureTransport\":\"false\"}", true), ("\"Bool\":{\"aws:SecureTransport\":true}", false),
            ("\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}", true),
            ("\"IpAddress\":{\"aws:SourceIp\":\"10.1.2.0/25\"}", true),
            ("\"IpAddress\":{\"aws:SourceIp\":\"10.1.2.128/25\"}", false),
            ("\"IpAddress\":{\"aws:SourceIp\":\"2001:db8::/32\"}", false),
            ("\"NotIpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}", false),
            ("\"Null\":{\"aws:Referer\":\"true\"}", true), ("\"Null\":{\"aws:UserAgent\":\"true\"}", false),
            ("\"ForAllValues:StringEquals\":{\"s3:RequestObjectTagKeys\":[\"a\",\"b\"]}", true),
            ("\"ForAllValues:StringEquals\":{\"s3:RequestObjectTagKeys\":[\"a\"]}", false),
            ("\"ForAnyValue:StringEquals\":{\"s3:RequestObjectTagKeys\":[\"a\"]}", true),
            ("\"ForAnyValue:StringEquals\":{\"s3:RequestObjectTagKeys\":[\"c\"]}", false),
            ("\"StringEquals\":{\"s3:RequestObjectTag/a\":\"1\"}", true),
            ("\"StringEquals\":{\"aws:PrincipalAccount\":\"222222222222\"}", true),
            ("\"ArnLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::2*:root\"}", true),
            ("\"StringEquals\":{\"s3:ResourceAccount\":\"111111111111\"}", true),
            // All operators and all keys must hold.
            (
                "\"StringEquals\":{\"aws:UserAgent\":\"tool/1\",\"s3:prefix\":\"p q\"},"
                    + "\"NumericEquals\":{\"s3:max-keys\":10}", true
            ),
            ("\"StringEquals\":{\"aws:UserAgent\":\"tool/1\",\"s3:prefix\":\"p\"}", false),
        ])
    func conditionsAreHeldAgainstTheRequest(_ condition: String, _ holds: Bool) throws {
        let caller = context(
            theirs, headers: [("User-Agent", "tool/1"), ("x-amz-tagging", "a=1&b=2")], query: "prefix=p+q&max-keys=10")
        #expect((try verdict(statement(condition: condition), caller) == .silent) == !holds)
    }

    @Test func variablesStandForTheRequest() throws {
        let own = statement(resource: "\"arn:aws:s3:::b/home/${aws:username}/*\"")
        #expect(
            try verdict(own, context(theirs, user: "ann"), .getObject, "arn:aws:s3:::b/home/ann/x") != .silent)
        #expect(try verdict(own, context(theirs, user: "bob"), .getObject, "arn:aws:s3:::b/home/ann/x") == .silent)
        #expect(try verdict(own, context(theirs), .getObject, "arn:aws:s3:::b/home//x") == .silent)
    }

    @Test(
        arguments: [
            ("", true), ("\"StringEquals\":{\"aws:PrincipalAccount\":\"222222222222\"}", false),
            ("\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}", false),
            ("\"IpAddress\":{\"aws:SourceIp\":\"0.0.0.0/1\"}", true),
            ("\"StringLike\":{\"aws:userid\":\"*\"}", true),
            ("\"StringEquals\":{\"aws:UserAgent\":\"x\"}", true),
        ])
    func aPolicyForEverybodyIsPublicUnlessItNamesSomebody(_ condition: String, _ isPublic: Bool) throws {
        #expect(try policy(statement(condition: condition)).isPublic == isPublic)
        #expect(try !policy(statement("Deny", condition: condition)).isPublic)
        #expect(
            try !policy(statement(principal: "\"Principal\":{\"AWS\":\"222222222222\"}", condition: condition)).isPublic
        )
    }

    @Test(
        arguments: [
            ("*", "", true), ("*", "anything", true), ("a*c", "abc", true), ("a*c", "ac", true), ("a*c", "acb", false),
            ("a?c", "ac", false), ("a?c", "abc", true), ("*a*b*", "xxaxxbxx", true), ("*a*b*", "xxbxxaxx", false),
            ("", "", true), ("", "a", false), ("a**", "a", true),
        ])
    func wildcards(_ pattern: String, _ text: String, _ fits: Bool) {
        #expect(Wildcard.matches(pattern, text) == fits)
    }
}
