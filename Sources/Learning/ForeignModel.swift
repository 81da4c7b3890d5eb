// A model that another program has: what is kept of it here is what that program calls it.

/// Stands for a model elsewhere, in stores and archives; it says nothing itself.
package struct ForeignModel: LearnedModel {
    package var extractor: String { "foreign" }
    package let classes: Int
    /// What the other program calls it.
    package let token: String

    static let magic = Array("GWFORGN1".utf8)
    private static let longestToken = 1024

    package init(token: String, classes: Int) {
        self.token = token
        self.classes = classes
    }

    package func prediction(of features: UnsafeRawBufferPointer) -> LearnedPrediction {
        LearnedPrediction(label: .category(0), confidence: 0)
    }

    /// The magic, the number of classes in 32 bits, and the token.
    package func encoded() -> [UInt8] {
        ForeignModel.magic + (0..<4).map { UInt8(truncatingIfNeeded: classes >> (8 * $0)) } + Array(token.utf8)
    }

    /// Reads a model that was written by `encoded`, or refuses it.
    package init(decoding bytes: [UInt8]) throws(LearningError) {
        guard bytes.starts(with: ForeignModel.magic), bytes.count > 12,
            bytes.count <= 12 + ForeignModel.longestToken,
            let token = String(validating: bytes[12...], as: UTF8.self)
        else { throw .invalidModel("not the name of a model elsewhere") }
        self.init(token: token, classes: bytes[8..<12].reversed().reduce(0) { $0 << 8 | Int($1) })
    }
}
