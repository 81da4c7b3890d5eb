import Digests
import Kernel
import Testing

/// What sha256sum, md5sum and the CRC catalogue say of these nine digits.
private let body = Array("123456789".utf8)
private let md5 = "25f9e794323b453885f5181f1b624d0b"
private let sha256 = "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"

private func digests(
    _ expectations: BodyExpectations, computing algorithm: ChecksumAlgorithm? = nil, body bytes: [UInt8] = body,
    trailers: [ServiceError.Field] = []
) throws -> BodyDigests {
    var digester = BodyDigester(expectations, computing: algorithm)
    for byte in bytes { try [byte].withUnsafeBytes { try digester.update($0) } }
    return try digester.finish(trailers: trailers)
}

private func failure(
    _ expectations: BodyExpectations, body bytes: [UInt8] = body, trailers: [ServiceError.Field] = []
) -> ServiceError? {
    #expect(throws: ServiceError.self) { _ = try digests(expectations, body: bytes, trailers: trailers) }
}

@Test func aBodyWithoutDeclarationsGetsItsETag() throws {
    let result = try digests(BodyExpectations())
    #expect(result.etag == md5)
    #expect(result.length == 9)
    #expect(result.checksum == nil)
}

@Test func theWantedChecksumIsComputedWhereNoneIsDeclared() throws {
    #expect(try digests(BodyExpectations(), computing: .crc64NVME).checksum?.base64 == "rosUhgp5mIg=")
    let declared = BodyExpectations(checksum: Checksum(.crc32, base64: "y/Q5Jg==").map { .value($0) })
    #expect(try digests(declared, computing: .crc64NVME).checksum?.base64 == "y/Q5Jg==")
}

@Test func everythingDeclaredAndTruePasses() throws {
    var expectations = BodyExpectations(length: 9, md5: Hex.bytes(md5), sha256: Hex.bytes(sha256))
    expectations.checksum = .value(Checksum(.sha256, bytes: try #require(Hex.bytes(sha256))))
    #expect(try digests(expectations).checksum.map { Hex.text($0.bytes) } == sha256)
}

@Test func aBodyShorterOrLongerThanDeclaredIsIncomplete() {
    #expect(failure(BodyExpectations(length: 10))?.code == "IncompleteBody")
    #expect(failure(BodyExpectations(length: 8))?.code == "IncompleteBody")
}

@Test func aWrongContentMD5NamesBothDigests() {
    let error = failure(BodyExpectations(md5: MD5Digest.of([])))
    #expect(error?.code == "BadDigest")
    #expect(
        error?.fields == [
            .init("ExpectedDigest", "1B2M2Y8AsgTpgAmY7PhCfg=="), .init("CalculatedDigest", "JfnnlDI7RTiF9RgfG2JNCw=="),
        ])
}

@Test func aWrongPayloadHashIsAMismatch() {
    let error = failure(BodyExpectations(sha256: SHA256Digest.of([])))
    #expect(error?.code == "XAmzContentSHA256Mismatch")
    #expect(error?.fields.last == .init("S3ComputedContentSHA256", sha256))
}

@Test func aWrongChecksumIsABadDigest() {
    for algorithm in ChecksumAlgorithm.allCases {
        let wrong = Checksum(algorithm, bytes: [UInt8](repeating: 1, count: algorithm.length))
        let error = failure(BodyExpectations(checksum: .value(wrong)))
        #expect(error?.code == "BadDigest")
        #expect(error?.message.contains(algorithm.rawValue) == true)
    }
}

@Test func aTrailingChecksumIsComparedWhenItArrives() throws {
    let expectations = BodyExpectations(checksum: .trailer(.crc32C))
    let right = [ServiceError.Field("X-Amz-Checksum-Crc32c", "4waSgw==")]
    #expect(try digests(expectations, trailers: right).checksum?.base64 == "4waSgw==")
    #expect(failure(expectations)?.code == "MalformedTrailerError")
    #expect(failure(expectations, trailers: [.init("x-amz-checksum-crc32c", "AAAAAA==")])?.code == "BadDigest")
    #expect(failure(expectations, trailers: [.init("x-amz-checksum-crc32c", "?")])?.code == "InvalidRequest")
}
