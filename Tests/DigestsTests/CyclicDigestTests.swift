import CChecksums
import Digests
import Kernel
import Testing

/// Check values of the published catalogue (reveng.sourceforge.io/crc-catalogue): CRC of the digits 1 to 9.
private let catalogue: [(CyclicDigest.Polynomial, checksums_polynomial, reflected: UInt64, check: UInt64)] = [
    (.crc32, CHECKSUMS_CRC32, 0xEDB8_8320, 0xCBF4_3926),
    (.crc32C, CHECKSUMS_CRC32C, 0x82F6_3B78, 0xE306_9283),
    (.crc64NVME, CHECKSUMS_CRC64NVME, 0x9A6C_9329_AC4B_C9B5, 0xAE8B_1486_0A79_9888),
]

/// The definition, bit by bit.
private func bitwise(_ bytes: some Sequence<UInt8>, reflected: UInt64, width: Int) -> UInt64 {
    let mask = UInt64.max >> UInt64(64 - width)
    var state = mask
    for byte in bytes {
        state ^= UInt64(byte)
        for _ in 0..<8 { state = state >> 1 ^ (state & 1 == 1 ? reflected : 0) }
    }
    return state ^ mask
}

private func randomBytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var stream = SeededDraws(seed: seed).stream
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &stream) }
}

@Test func checkValuesOfTheCatalogueAreMet() {
    for (polynomial, _, _, check) in catalogue {
        var digest = CyclicDigest(polynomial)
        digest.update(Array("123456789".utf8))
        #expect(digest.value == check)
        #expect(digest.finalize().reduce(0) { $0 << 8 | UInt64($1) } == check)
        #expect(digest.finalize().count == polynomial.length)
    }
}

/// RFC 3720, B.4.
@Test func castagnoliMeetsTheVectorsOfISCSI() {
    let vectors: [([UInt8], UInt64)] = [
        ([UInt8](repeating: 0, count: 32), 0x8A91_36AA), ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
        (Array(0..<32), 0x46DD_794E), (Array((0..<32).reversed()), 0x113F_DB5C),
    ]
    for (bytes, expected) in vectors {
        var digest = CyclicDigest(.crc32C)
        digest.update(bytes)
        #expect(digest.value == expected)
    }
}

@Test func kernelsAgreeWithTheDefinitionAtEveryLength() {
    let bytes = randomBytes(1400, seed: 7)
    for (polynomial, kernel, reflected, _) in catalogue {
        for length in Array(0..<300) + [511, 512, 513, 1023, 1024, 1025, 1399] {
            let offset = length % 17 % (bytes.count - length + 1)
            let run = bytes[offset..<offset + length]
            let expected = bitwise(run, reflected: reflected, width: polynomial.length * 8)
            run.withUnsafeBytes { run in
                #expect(checksums_update(kernel, 0, run.baseAddress, run.count) == expected)
                #expect(checksums_update_portable(kernel, 0, run.baseAddress, run.count) == expected)
            }
        }
    }
}

@Test func splittingTheInputAnywhereChangesNothing() {
    let bytes = randomBytes(2000, seed: 11)
    for (polynomial, _, _, _) in catalogue {
        var whole = CyclicDigest(polynomial)
        whole.update(bytes)
        for split in stride(from: 0, through: bytes.count, by: 37) {
            var digest = CyclicDigest(polynomial)
            digest.update(Array(bytes[..<split]))
            digest.update(Array(bytes[split...]))
            #expect(digest.value == whole.value)
        }
    }
}

@Test func partsCombineToTheChecksumOfTheWholeObject() throws {
    let bytes = randomBytes(5000, seed: 13)
    let cuts = [0, 1, 1, 700, 4096, 5000]
    for algorithm in ChecksumAlgorithm.allCases {
        let parts = zip(cuts, cuts.dropFirst()).map { start, end in
            var digest = algorithm.makeDigest()
            digest.update(Array(bytes[start..<end]))
            return (bytes: digest.finalize(), length: Int64(end - start))
        }
        var whole = algorithm.makeDigest()
        whole.update(bytes)
        let combined = Checksum.fullObject(algorithm, parts: parts)
        if algorithm == .sha1 || algorithm == .sha256 {
            #expect(combined == nil)
        } else {
            #expect(combined?.bytes == whole.finalize())
        }
    }
}

@Test func lengthsBeyondFourGigabytesCombine() {
    // One zero byte repeated 2^33 times: squaring "append as many zeros again" must agree with one long combination.
    for (polynomial, kernel, _, _) in catalogue {
        var digest = CyclicDigest(polynomial)
        digest.update([0])
        var value = digest.value
        for doubling in 0..<33 { value = checksums_combine(kernel, value, value, 1 << UInt64(doubling)) }
        let half = (0..<32).reduce(digest.value) { checksums_combine(kernel, $0, $0, 1 << UInt64($1)) }
        #expect(checksums_combine(kernel, half, half, 1 << 32) == value)
        #expect(value != half)
    }
}
