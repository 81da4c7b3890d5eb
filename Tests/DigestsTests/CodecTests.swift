import Digests
import Kernel
import Testing

@Test func everyByteSurvivesTheCodec() {
    for length in 0..<260 {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ length) }
        #expect(Hex.bytes(Hex.text(bytes)) == bytes)
        var appended: [UInt8] = []
        Hex.append(bytes, to: &appended)
        #expect(String(decoding: appended, as: UTF8.self) == Hex.text(bytes))
    }
}

@Test func hexadecimalIsWrittenInLowerCaseAndReadInBoth() {
    #expect(Hex.text([0x00, 0x9A, 0xFF]) == "009aff")
    #expect(Hex.bytes("009aFF") == [0x00, 0x9A, 0xFF])
    for text in ["0", "0g", "abc", " 0", "0x", "٠٠"] { #expect(Hex.bytes(text) == nil) }
}
