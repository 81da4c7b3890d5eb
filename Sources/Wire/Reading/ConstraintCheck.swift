// Checks of single values against the model, and AWS's words for each constraint. Length comes before pattern.

internal import Kernel
internal import Shapes

extension Constraints {
    /// The constraints that a text breaks, in words.
    func broken(by text: String) -> [String] {
        var broken: [String] = []
        if minimum != nil || maximum != nil {
            broken = bounds(Double(text.unicodeScalars.count), "length")
        }
        if let pattern, !pattern.matches(text) { broken.append(Self.words(pattern)) }
        return broken
    }

    /// The bounds that a number breaks, in words.
    func broken(by number: Double) -> [String] { bounds(number, "value") }

    /// The bounds that a list or map breaks, in words.
    func broken(byCount count: Int) -> [String] { bounds(Double(count), "length") }

    /// Everything that is demanded, in words; for the elements of lists and maps.
    var words: [String] {
        [maximum.map { Self.upper($0, "length") }, minimum.map { Self.lower($0, "length") }, pattern.map(Self.words)]
            .compactMap { $0 }
    }

    private func bounds(_ measure: Double, _ what: String) -> [String] {
        if let maximum, measure > maximum { return [Self.upper(maximum, what)] }
        if let minimum, measure < minimum { return [Self.lower(minimum, what)] }
        return []
    }

    private static func upper(_ bound: Double, _ what: String) -> String {
        "Member must have \(what) less than or equal to \(plain(bound))"
    }

    private static func lower(_ bound: Double, _ what: String) -> String {
        "Member must have \(what) greater than or equal to \(plain(bound))"
    }

    private static func words(_ pattern: PatternMatcher) -> String {
        "Member must satisfy regular expression pattern: \(pattern.source)"
    }

    private static func plain(_ bound: Double) -> String {
        bound == bound.rounded() ? String(Int64(bound)) : String(bound)
    }
}

extension Enumeration {
    /// The value of a text; nil where there is none.
    static func value(of text: String, _ constraints: Constraints?) -> Self? {
        if let exact = Self(rawValue: text) { return exact }
        guard constraints?.ignoresCase == true else { return nil }
        return allCases.first { $0.rawValue.lowercased() == text.lowercased() }
    }

    static var words: String {
        "Member must satisfy enum value set: [\(allCases.map(\.rawValue).joined(separator: ", "))]"
    }
}

extension MemberSchema {
    /// Whether a value of a refused member asks for nothing but what is done anyway.
    func accepts(_ text: String) -> Bool {
        guard case .unserved(let accepted) = standing else { return true }
        return accepted.contains { $0.lowercased() == text.lowercased() }
    }

    var isUnserved: Bool {
        if case .unserved = standing { return true }
        return false
    }
}
