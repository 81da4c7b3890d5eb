// Sets of Unicode scalars as sorted, separate ranges.

struct ScalarRanges: Hashable {
    private(set) var ranges: [ClosedRange<UInt32>]

    init(_ ranges: [ClosedRange<UInt32>]) {
        self.ranges = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = self.ranges.last, range.lowerBound <= last.upperBound + 1 {
                self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                self.ranges.append(range)
            }
        }
    }

    static let digits = ScalarRanges([0x30...0x39])
    static let wordScalars = ScalarRanges([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = ScalarRanges([0x09...0x0D, 0x20...0x20])

    /// The only scalar, where there is only one.
    var single: UInt32? { ranges.count == 1 && ranges[0].count == 1 ? ranges[0].lowerBound : nil }

    var inverted: ScalarRanges {
        var result: [ClosedRange<UInt32>] = []
        var start: UInt32 = 0
        for range in ranges {
            if range.lowerBound > start { result.append(start...range.lowerBound - 1) }
            start = range.upperBound + 1
        }
        if start <= 0x10FFFF { result.append(start...0x10FFFF) }
        return ScalarRanges(result)
    }

    func union(_ other: ScalarRanges) -> ScalarRanges { ScalarRanges(ranges + other.ranges) }

    /// The scalars of a general category (`Lu`) or a group of them (`L`), after the standard library's Unicode tables.
    static func category(_ name: String) -> ScalarRanges? {
        let found = categories.filter { $0.key.hasPrefix(name) }.map(\.value)
        guard let first = found.first else { return nil }
        return found.dropFirst().reduce(first) { $0.union($1) }
    }

    private static let categories: [String: ScalarRanges] = {
        var collected: [String: [ClosedRange<UInt32>]] = [:]
        var current = ""
        var start: UInt32 = 0
        for value in UInt32(0)...0x110000 {
            let name = UnicodeScalar(value).map { abbreviation($0.properties.generalCategory) } ?? ""
            guard name != current else { continue }
            if !current.isEmpty { collected[current, default: []].append(start...value - 1) }
            current = name
            start = value
        }
        return collected.mapValues { ScalarRanges($0) }
    }()

    private static func abbreviation(_ category: Unicode.GeneralCategory) -> String {
        switch category {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control: "Cc"
        case .format: "Cf"
        case .surrogate: "Cs"
        case .privateUse: "Co"
        case .unassigned: "Cn"
        @unknown default: ""
        }
    }
}
