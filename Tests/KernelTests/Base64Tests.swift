import Kernel
import Testing

/// RFC 4648, section 10.
@Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
])
func base64MeetsTheVectorsOfItsStandard(plain: String, encoded: String) {
    #expect(Base64.text(Array(plain.utf8)) == encoded)
    #expect(Base64.bytes(encoded) == Array(plain.utf8))
}

@Test(arguments: [
    "Zg", "Zg=", "Zg===", "Z===", "====", "Zh==", "Zm9=", "Zm9v\n", "Zm9v Zm9v", "Zm-_", "Z=9v", "Zg==Zm9v",
])
func anythingButCanonicalBase64IsRefused(text: String) {
    #expect(Base64.bytes(text) == nil)
}

@Test func everyByteSurvivesBase64() {
    for length in 0..<260 {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ length) }
        #expect(Base64.bytes(Base64.text(bytes)) == bytes)
    }
}
