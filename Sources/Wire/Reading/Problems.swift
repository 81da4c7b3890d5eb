// What is wrong with a request. Readers go on after a failure, so that one answer can name them all; what finally is
// thrown is chosen here: unreadable input first, then what the program does not serve, then broken constraints.

internal import Kernel
internal import Shapes

/// Collects failures while a request is read.
struct Problems {
    /// How a service answers a value that breaks its model.
    enum Style {
        /// All failures in one ValidationException.
        case validation
        /// The first failure with S3's own code.
        case firstOnly
    }

    let style: Style
    private var unreadable: ServiceError?
    private var refusal: ServiceError?
    private var failures: [String] = []
    /// Names in the request that are not in the model, with their path.
    private(set) var unknownMembers: [String] = []

    init(style: Style) { self.style = style }

    /// Takes over what another reader found.
    mutating func merge(_ other: Problems) {
        unreadable = unreadable ?? other.unreadable
        refusal = refusal ?? other.refusal
        failures += other.failures
        unknownMembers += other.unknownMembers
    }

    /// A value that cannot be read at all. The first one counts.
    mutating func unreadable(_ error: @autoclosure () -> ServiceError) {
        if unreadable == nil { unreadable = error() }
    }

    /// A member or value that the program does not serve.
    mutating func refuse(_ error: @autoclosure () -> ServiceError) {
        if refusal == nil { refusal = error() }
    }

    /// A broken constraint in AWS's wording.
    mutating func failure(value: String?, at path: @autoclosure () -> String, _ constraint: String) {
        let shown = value.map { "'\(Self.shortened($0))'" } ?? "null"
        failures.append("Value \(shown) at '\(path())' failed to satisfy constraint: \(constraint)")
    }

    mutating func unknown(_ path: @autoclosure () -> String) { unknownMembers.append(path()) }

    /// Throws what is to be answered, if anything is wrong.
    func check() throws(ServiceError) {
        if let unreadable { throw unreadable }
        if let refusal { throw refusal }
        guard !failures.isEmpty else { return }
        let count = failures.count == 1 ? "1 validation error" : "\(failures.count) validation errors"
        throw .validation("\(count) detected: \(failures.joined(separator: "; "))")
    }

    /// Long values are cut: the answer is for a person, and the request has the rest.
    private static func shortened(_ text: String) -> String {
        text.unicodeScalars.count <= 1024 ? text : String(text.unicodeScalars.prefix(1024)) + "..."
    }
}
