// Where functions are: one endpoint that speaks Lambda's Invoke API for all, and single functions that have an address
// of their own. Commands of this machine come from the start-up seed file only; they are remembered here and nowhere
// else, so that no stored document can bring one.

package import JSON
package import Kernel
internal import Synchronization

/// The document of `PUT /_groundwork/functions`, checked.
package struct FunctionAddresses: Sendable {
    /// Why a document is refused: member, value, rule.
    package struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// Speaks Lambda's Invoke API.
    package private(set) var endpoint: String?
    /// By ARN; each takes a plain POST of the payload.
    package private(set) var urls: [String: String] = [:]
    /// By ARN: program and arguments.
    package private(set) var commands: [String: [String]] = [:]

    /// Nothing is anywhere.
    package init() {}

    /// - Parameter refusal: why an address may not be called; nil where it may.
    package init(
        parsing document: JSONValue, limits: Limits = Limits(), refusal: (String) -> String? = { _ in nil }
    ) throws(Refusal) {
        guard let members = document.object else {
            throw Refusal(description: "Functions are an object with the members endpoint and functions.")
        }
        for member in members.members {
            switch member.name {
            case "endpoint": endpoint = try Self.address(member.value, at: "endpoint", refusal)
            case "functions":
                guard let functions = member.value.object else {
                    throw Refusal(description: "'functions' must be an object of ARNs and addresses.")
                }
                guard functions.count <= limits.functionAddresses else {
                    throw Refusal(
                        description: "'functions' has \(functions.count) members; at most \(limits.functionAddresses) "
                            + "are allowed.")
                }
                for function in functions.members { try add(function, refusal) }
            default:
                throw Refusal(
                    description: "Functions have no member '\(member.name)'; they have endpoint and functions.")
            }
        }
    }

    private mutating func add(_ function: JSONObject.Entry, _ refusal: (String) -> String?) throws(Refusal) {
        let path = "functions.\(function.name)"
        guard let arn = ARN(function.name), arn.service == "lambda", arn.resource.hasPrefix("function:") else {
            throw Refusal(description: "'\(function.name)' in 'functions' is not the ARN of a Lambda function.")
        }
        guard let command = function.value["command"] else {
            urls[function.name] = try Self.address(function.value, at: path, refusal)
            return
        }
        let words = command.array?.compactMap(\.string) ?? []
        guard !words.isEmpty, words.count == command.array?.count, words[0].hasPrefix("/"),
            function.value.object?.count == 1
        else {
            throw Refusal(
                description: "'\(path).command' must be a list of texts, the path of a program from the root and its "
                    + "arguments, and stand alone.")
        }
        commands[function.name] = words
    }

    private static func address(
        _ value: JSONValue, at path: String, _ refusal: (String) -> String?
    ) throws(Refusal) -> String {
        guard let text = value.string else { throw Refusal(description: "'\(path)' must be an address.") }
        if let reason = refusal(text) { throw Refusal(description: "Value '\(text)' at '\(path)': \(reason).") }
        return text
    }

    /// The document without its commands.
    package var document: JSONObject {
        var object: JSONObject = [:]
        object["endpoint"] = endpoint.map { .string($0) }
        var functions: JSONObject = [:]
        for (arn, url) in urls.sorted(by: { $0.key < $1.key }) { functions[arn] = .string(url) }
        object["functions"] = .object(functions)
        return object
    }
}

/// Commands that stand for functions, for as long as the program runs.
package final class FunctionCommands: Sendable {
    private let commands = Mutex<[String: [String]]>([:])

    package init() {}

    /// By ARN: program and arguments.
    package var all: [String: [String]] { commands.withLock { $0 } }

    /// Replaces them all.
    package func set(_ all: [String: [String]]) { commands.withLock { $0 = all } }
}
