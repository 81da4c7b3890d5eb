// What a check of a job's input finds. There may be a problem on every line of a long file: the first ones are listed,
// the others are counted.

package import JSON
internal import Kernel

/// Something that would make a job, or one of its objects, fail.
package struct InputProblem: Hashable, Sendable {
    /// The request, or the name or address of a file.
    package var place: String
    /// Counted from 1; nil where the whole is meant.
    package var line: Int?
    /// What is wrong.
    package var message: String

    package init(_ place: String, line: Int? = nil, _ message: String) {
        self.place = place
        self.line = line
        self.message = message
    }

    /// As editors and compilers write it.
    package var text: String { place + (line.map { ":\($0)" } ?? "") + ": " + message }
}

/// Problems in the order they were found.
package struct InputProblems: Hashable, Sendable {
    /// The first ones of each file.
    package private(set) var listed: [InputProblem] = []
    /// All of them.
    package private(set) var count = 0
    private var room: Int

    /// - Parameter most: that are listed.
    package init(most: Int = Limits().checkProblems) { room = most }

    /// Whether nothing was found.
    package var isEmpty: Bool { count == 0 }

    /// Adds one.
    package mutating func add(_ place: String, line: Int? = nil, _ message: String) {
        count += 1
        guard room > 0 else { return }
        room -= 1
        listed.append(InputProblem(place, line: line, message))
    }

    /// Takes over what was found elsewhere, however much that is.
    package mutating func append(_ others: InputProblems) {
        listed += others.listed
        count += others.count
    }

    /// What a check answers.
    /// - Parameter checked: how many of what were looked at.
    package func document(checked: JSONObject, notices: [String] = []) -> JSONValue {
        let problems = listed.map { problem -> JSONValue in
            var object: JSONObject = ["where": .string(problem.place)]
            if let line = problem.line { object["line"] = .integer(line) }
            object["message"] = .string(problem.message)
            return .object(object)
        }
        return [
            "valid": .bool(isEmpty), "problems": .array(problems), "problemCount": .integer(count),
            "checked": .object(checked), "notices": .array(notices.map { .string($0) }),
        ]
    }
}
