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
    private var unreadable: [ServiceError] = []
    private var refusals: [ServiceError] = []
    private var failures: [String] = []
    /// Whether what was read lacks something that must be there.
    private(set) var isIncomplete = false
    /// Names in the request that are not in the model, with their path.
    private(set) var unknownMembers: [String] = []

    init(style: Style) { self.style = style }

    /// Takes over what another reader found.
    mutating func merge(_ other: Problems) {
        unreadable += other.unreadable
        refusals += other.refusals
        failures += other.failures
        isIncomplete = isIncomplete || other.isIncomplete
        unknownMembers += other.unknownMembers
    }

    /// A value that cannot be read at all. The first one counts.
    mutating func unreadable(_ error: @autoclosure () -> ServiceError) {
        isIncomplete = true
        keep(error, in: &unreadable)
    }

    /// A member or value that the program does not serve. The first one counts.
    mutating func refuse(_ error: @autoclosure () -> ServiceError) { keep(error, in: &refusals) }

    private func keep(_ error: () -> ServiceError, in list: inout [ServiceError]) {
        if list.count < Self.mostKept { list.append(error()) }
    }

    /// More are in nobody's interest, and each holds a text.
    private static let mostKept = 100

    /// A broken constraint in AWS's wording.
    mutating func failure(value: String?, at path: @autoclosure () -> String, _ constraint: String) {
        if value == nil { isIncomplete = true }
        let shown = value.map { "'\(Self.shortened($0))'" } ?? "null"
        failures.append("Value \(shown) at '\(path())' failed to satisfy constraint: \(constraint)")
    }

    mutating func unknown(_ path: @autoclosure () -> String) { unknownMembers.append(path()) }

    /// Throws what is to be answered, if anything is wrong.
    func check() throws(ServiceError) {
        if let first = unreadable.first ?? refusals.first { throw first }
        guard !failures.isEmpty else { return }
        let count = failures.count == 1 ? "1 validation error" : "\(failures.count) validation errors"
        throw .validation("\(count) detected: \(failures.joined(separator: "; "))")
    }

    /// Everything that is wrong, one by one.
    var all: [ServiceError] { unreadable + refusals + failures.map { .validation($0) } }

    /// Long values are cut: the answer is for a person, and the request has the rest.
    private static func shortened(_ text: String) -> String {
        text.unicodeScalars.count <= 1024 ? text : String(text.unicodeScalars.prefix(1024)) + "..."
    }
}
