// The label category file of classification, box and segmentation jobs:
// {"document-version": "2018-11-28", "labels": [{"label": "…"}, …]}. Read leniently: the version may be spelled either
// way or be missing, and members that this form does not know are passed over.

internal import JSON

/// The label categories of a job, in the order of the file; a label's index is what classification writes.
package struct LabelCategories: Hashable, Sendable {
    /// The names in the order of the file.
    package let names: [String]
    /// The abbreviations of entity labels, where the file gives them; one element for each name.
    package let shortDisplayNames: [String?]
    private let indices: [String: Int]

    /// Why a label category file is refused, in words that end a sentence.
    package struct Invalid: Error, Hashable, Sendable {
        /// What is wrong; begins in lower case.
        package var cause: String
    }

    /// - Parameters:
    ///   - names: the labels in order.
    ///   - bounds: how many there must be; an upper bound of nil is no limit.
    ///   - shortDisplayNames: one for each name; all nil where they are left out.
    package init(
        names: [String], bounds: (least: Int, most: Int?), longestName: Int = 256, shortDisplayNames: [String?]? = nil
    ) throws(Invalid) {
        if let first = Self.problems(names: names, bounds: bounds, longestName: longestName).first { throw first }
        self.names = names
        self.shortDisplayNames = shortDisplayNames ?? names.map { _ in nil }
        indices = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    }

    private static func problems(
        names: [String?], bounds: (least: Int, most: Int?), longestName: Int
    ) -> [Invalid] {
        var problems: [Invalid] = [], seen: Set<String> = []
        for (index, name) in names.enumerated() {
            guard let name else { continue }
            if name.isEmpty { problems.append(Invalid(cause: "label \(index + 1) is empty")) }
            if name.unicodeScalars.count > longestName {
                problems.append(
                    Invalid(
                        cause: "label \(index + 1) has \(name.unicodeScalars.count) characters; at most "
                            + "\(longestName) are allowed"))
            }
            if !seen.insert(name).inserted, !name.isEmpty {
                problems.append(Invalid(cause: "the label \"\(name)\" occurs more than once"))
            }
        }
        if names.count < bounds.least {
            problems.append(
                Invalid(cause: "it has \(counted(names.count)); this task type needs at least \(bounds.least)"))
        }
        if let most = bounds.most, names.count > most {
            problems.append(Invalid(cause: "it has \(counted(names.count)); this task type allows at most \(most)"))
        }
        return problems
    }

    /// Reads the file.
    package init(parsing file: [UInt8], for type: TaskType, isAutomated: Bool = false) throws(Invalid) {
        let reading = try Reading(file, type)
        if let first = reading.problems.first { throw first }
        try self.init(
            names: reading.names.compactMap(\.self), bounds: type.labelCategoryBounds(isAutomated: isAutomated),
            longestName: type.categoryNameCharacters, shortDisplayNames: reading.shortDisplayNames)
    }

    /// Everything that makes a file invalid, and not only the first of it.
    package static func problems(in file: [UInt8], for type: TaskType, isAutomated: Bool = false) -> [Invalid] {
        do throws(Invalid) {
            let reading = try Reading(file, type)
            return reading.problems
                + problems(
                    names: reading.names, bounds: type.labelCategoryBounds(isAutomated: isAutomated),
                    longestName: type.categoryNameCharacters)
        } catch { return [error] }
    }

    /// The labels of a file, with what is wrong with single ones. Throws where there are none to be read.
    private struct Reading {
        /// Nil for entries that have none.
        var names: [String?] = []
        var shortDisplayNames: [String?] = [], problems: [Invalid] = []

        init(_ file: [UInt8], _ type: TaskType) throws(Invalid) {
            let bytes = file.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(file.dropFirst(3)) : file
            let document: JSONValue
            do { document = try JSONValue(parsing: bytes) } catch { throw Invalid(cause: "it is not JSON (\(error))") }
            guard case .object(let members) = document else {
                throw Invalid(cause: "it holds \(document.kind) where an object should stand")
            }
            guard let labels = members["labels"]?.array else {
                throw Invalid(cause: "it has no list called \"labels\"")
            }
            if type.base == .namedEntityRecognition { requireInstructions(members) }
            for (index, label) in labels.enumerated() {
                let name = label["label"]?.string
                if name == nil {
                    problems.append(Invalid(cause: "entry \(index + 1) of \"labels\" has no text called \"label\""))
                }
                names.append(name)
                shortDisplayNames.append(label["shortDisplayName"]?.string)
            }
        }

        /// AWS's own page for entities shows them, so the file must hold them (developer guide, "Named entity
        /// recognition").
        private mutating func requireInstructions(_ members: JSONObject) {
            for name in ["shortInstruction", "fullInstruction"] where members["instructions"]?[name]?.string == nil {
                problems.append(Invalid(cause: "it has no text called \"\(name)\" in \"instructions\""))
            }
        }
    }

    /// No categories: what a workflow without a category file has.
    package static let none = LabelCategories()

    private init() {
        names = []
        shortDisplayNames = []
        indices = [:]
    }

    /// The index of a label, by its exact name.
    package func index(of name: String) -> Int? { indices[name] }

    package static func == (left: LabelCategories, right: LabelCategories) -> Bool {
        left.names == right.names && left.shortDisplayNames == right.shortDisplayNames
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(names) }
}

private func counted(_ labels: Int) -> String { labels == 1 ? "one label" : "\(labels) labels" }
