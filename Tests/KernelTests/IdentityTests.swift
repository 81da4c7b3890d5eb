import Kernel
import Testing

@Suite struct IdentityTests {
    @Test(arguments: [
        "", "1", "12345678901", "1234567890123", "12345678901a", "12345678901 ", "１２３４５６７８９０１２", "-12345678901",
    ])
    func accountsAreTwelveDigits(text: String) {
        #expect(AccountID(text) == nil)
    }

    @Test func accountsKeepTheirLeadingZeros() {
        #expect(AccountID("000000000000") == .standard)
        #expect(AccountID("012345678901")?.description == "012345678901")
    }

    @Test func regionsAreLowerCaseWords() {
        #expect(Region("us-east-1") == .standard)
        #expect(Region("us-gov-west-1")?.description == "us-gov-west-1")
        for text in ["", "US-EAST-1", "us_east_1", "us east", "é", String(repeating: "a", count: 33)] {
            #expect(Region(text) == nil)
        }
        #expect(Region(String(repeating: "a", count: 32)) != nil)
    }

    @Test func arnsComeApartAndTogether() throws {
        let text = "arn:aws:sagemaker:eu-west-1:111122223333:workteam/private-crowd/my-team"
        let arn = try #require(ARN(text))
        #expect(arn.service == "sagemaker")
        #expect(arn.region == "eu-west-1")
        #expect(arn.account == "111122223333")
        #expect(arn.resource == "workteam/private-crowd/my-team")
        #expect(arn.description == text)
        let region = try #require(Region("eu-west-1")), account = try #require(AccountID("111122223333"))
        #expect(ARN(service: "sagemaker", region: region, account: account, resource: arn.resource) == arn)
    }

    @Test func resourcesMayHoldColonsAndOtherPartsMayBeEmpty() {
        #expect(ARN("arn:aws:lambda:us-east-1:432418664414:function:PRE-X:1")?.resource == "function:PRE-X:1")
        #expect(ARN("arn:aws:s3:::bucket/key")?.account == "")
        #expect(ARN("arn:aws-cn:s3:::b")?.partition == "aws-cn")
        #expect(ARN("arn:aws-us-gov:iam::123456789012:role/x")?.region == "")
    }

    @Test(arguments: [
        "", "arn", "arn:aws:s3:::", "arn:aws:s3::", "ARN:aws:s3:::b", "arn:gcp:s3:::b", "xarn:aws:s3:::b",
    ])
    func textThatIsNoARNIsRefused(text: String) {
        #expect(ARN(text) == nil)
    }
}
