import Digests
import Testing

/// RFC 1321 A.5, FIPS 180-4 examples.
@Test func digestsMeetPublishedVectors() {
    let vectors: [(any StreamingDigest, String, String)] = [
        (MD5Digest(), "", "d41d8cd98f00b204e9800998ecf8427e"),
        (MD5Digest(), "message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        (SHA1Digest(), "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (SHA256Digest(), "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ]
    for (digest, input, expected) in vectors {
        var digest = digest
        digest.update(Array(input.utf8))
        #expect(Hex.text(digest.finalize()) == expected)
    }
    #expect(Hex.text(MD5Digest.of(Array("abc".utf8))) == "900150983cd24fb0d6963f7d28e17f72")
    #expect(Hex.text(SHA256Digest.of([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
}

@Test func aDigestIsAValue() {
    var first = SHA256Digest()
    first.update(Array("ab".utf8))
    let copy = first
    first.update(Array("c".utf8))
    #expect(copy.finalize() == SHA256Digest.of(Array("ab".utf8)))
    #expect(first.finalize() == SHA256Digest.of(Array("abc".utf8)))
}

@Test func everyAlgorithmKnowsItsNamesAndLengths() {
    let expected: [(ChecksumAlgorithm, String, String, Int)] = [
        (.crc32, "x-amz-checksum-crc32", "ChecksumCRC32", 8), (.crc32C, "x-amz-checksum-crc32c", "ChecksumCRC32C", 8),
        (.crc64NVME, "x-amz-checksum-crc64nvme", "ChecksumCRC64NVME", 12),
        (.sha1, "x-amz-checksum-sha1", "ChecksumSHA1", 28), (.sha256, "x-amz-checksum-sha256", "ChecksumSHA256", 44),
    ]
    for (algorithm, header, element, encodedLength) in expected {
        #expect(algorithm.headerName == header)
        #expect(algorithm.elementName == element)
        #expect(algorithm.encodedLength == encodedLength)
        var digest = algorithm.makeDigest()
        digest.update(Array("x".utf8))
        #expect(digest.finalize().count == algorithm.length)
        #expect(Checksum(algorithm, bytes: digest.finalize()).base64.utf8.count == encodedLength)
        #expect(ChecksumAlgorithm(name: algorithm.rawValue.lowercased()) == algorithm)
    }
    #expect(ChecksumAlgorithm(name: "MD5") == nil)
}

@Test func aChecksumOfTheWrongLengthIsNone() {
    #expect(Checksum(.crc32, base64: "y/Q5Jg==")?.bytes == [0xCB, 0xF4, 0x39, 0x26])
    #expect(Checksum(.crc64NVME, base64: "y/Q5Jg==") == nil)
    #expect(Checksum(.crc32, base64: "y/Q5Jg") == nil)
}
