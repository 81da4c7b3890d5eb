import Digests
import Kernel
import Testing
import Wire

private func declaration(_ headers: (String, String)...) throws(ServiceError) -> BodyDeclaration {
    try BodyDeclaration(
        RequestHead(
            method: "PUT", target: "/b/k", headers: HeaderFields(headers.map { (name: $0.0, value: $0.1) })))
}

private func code(_ headers: (String, String)...) -> String? {
    let head = RequestHead(
        method: "PUT", target: "/b/k", headers: HeaderFields(headers.map { (name: $0.0, value: $0.1) }))
    do throws(ServiceError) { _ = try BodyDeclaration(head) } catch { return error.code }
    return nil
}

private let hash = "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"

@Test func aPlainUploadDeclaresLengthAndDigests() throws {
    let result = try declaration(
        ("Content-Length", "9"), ("Content-MD5", "JfnnlDI7RTiF9RgfG2JNCw=="), ("X-Amz-Content-SHA256", hash),
        ("x-amz-checksum-crc32", "y/Q5Jg=="), ("x-amz-sdk-checksum-algorithm", "CRC32"))
    #expect(result.framing == .plain)
    #expect(result.expectations.length == 9)
    #expect(result.expectations.md5.map(Hex.text) == "25f9e794323b453885f5181f1b624d0b")
    #expect(result.expectations.sha256.map(Hex.text) == hash)
    #expect(result.expectations.checksum?.algorithm == .crc32)
}

/// As boto3 sends uploads over TLS.
@Test func aTrailingChecksumIsDeclaredWithItsFraming() throws {
    let result = try declaration(
        ("Transfer-Encoding", "chunked"), ("Content-Encoding", "aws-chunked"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
        ("x-amz-decoded-content-length", "1024"), ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        ("x-amz-sdk-checksum-algorithm", "CRC32"))
    #expect(result.framing == .awsChunked(isSigned: false, hasTrailers: true))
    #expect(result.expectations.length == 1024)
    #expect(result.expectations.checksum == .trailer(.crc32))
    #expect(result.contentEncoding == nil)
}

/// As minio-go sends them: the encoded length outside, and no Content-Encoding at all.
@Test func signedChunksAreKnownByThePayloadHashAlone() throws {
    let result = try declaration(
        ("Content-Length", "66824"), ("x-amz-decoded-content-length", "66560"),
        ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"))
    #expect(result.framing == .awsChunked(isSigned: true, hasTrailers: false))
    #expect(result.expectations.length == 66_560)
}

@Test(
    arguments: [
        ("aws-chunked", nil), ("gzip,aws-chunked", "gzip"), ("aws-chunked, gzip", "gzip"),
        ("gzip , AWS-Chunked", "gzip"),
        ("gzip", "gzip"), ("gzip, br", "gzip,br"),
    ] as [(String, String?)])
func onlyAWSChunkedIsTakenFromTheContentEncoding(sent: String, stored: String?) throws {
    #expect(try declaration(("content-encoding", sent)).contentEncoding == stored)
}

@Test func aChecksumForEachAlgorithmIsRead() throws {
    for algorithm in ChecksumAlgorithm.allCases {
        let value = Checksum(algorithm, bytes: [UInt8](repeating: 7, count: algorithm.length))
        #expect(try declaration((algorithm.headerName, value.base64)).expectations.checksum == .value(value))
    }
}

@Test func headersThatAreWrongAreRefusedWithTheirCode() {
    #expect(code(("Content-MD5", "short")) == "InvalidDigest")
    #expect(code(("Content-MD5", "AAAA")) == "InvalidDigest")
    #expect(code(("x-amz-checksum-crc32", "AAAA")) == "InvalidRequest")
    #expect(code(("x-amz-checksum-crc32", "y/Q5Jg=="), ("x-amz-checksum-crc32c", "4waSgw==")) == "InvalidRequest")
    #expect(code(("x-amz-sdk-checksum-algorithm", "CRC32")) == "InvalidRequest")
    #expect(code(("x-amz-sdk-checksum-algorithm", "MD4"), ("x-amz-checksum-crc32", "y/Q5Jg==")) == "InvalidRequest")
    #expect(code(("x-amz-sdk-checksum-algorithm", "SHA1"), ("x-amz-checksum-crc32", "y/Q5Jg==")) == "InvalidRequest")
    #expect(code(("x-amz-content-sha256", "abc")) == "InvalidArgument")
    #expect(code(("x-amz-content-sha256", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD")) == "NotImplemented")
    #expect(code(("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")) == "MissingContentLength")
    #expect(code(("x-amz-trailer", "x-amz-checksum-crc32")) == "InvalidRequest")
    #expect(code(("content-length", "-1")) == "InvalidArgument")
    #expect(
        code(
            ("x-amz-decoded-content-length", "5"), ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
            ("x-amz-trailer", "x-amz-meta-x")) == "InvalidRequest")
}

@Test func storingNeedsALengthWithinTheLimit() throws {
    #expect(throws: ServiceError.missingContentLength()) {
        try declaration(("Transfer-Encoding", "chunked")).requireLength(atMost: 10)
    }
    #expect(throws: ServiceError.missingContentLength()) { try declaration().requireLength(atMost: 10) }
    #expect(throws: ServiceError.entityTooLarge(11, limit: 10)) {
        try declaration(("Content-Length", "11")).requireLength(atMost: 10)
    }
    try declaration(("Content-Length", "10")).requireLength(atMost: 10)
}

@Test func aRequestWithoutFramingHasAnEmptyBody() throws {
    #expect(try declaration().expectations.length == 0)
    #expect(try declaration(("Transfer-Encoding", "chunked")).expectations.length == nil)
}
