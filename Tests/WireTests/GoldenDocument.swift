// Golden files in JSON, and values laid open for comparison with them.

import FoundationEssentials
import JSON
import Kernel
import Shapes

/// A file of Tests/Golden.
func goldenDocument(_ name: String) throws -> JSONValue {
    try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: goldenPath(name)))))
}

func goldenPath(_ name: String) -> String {
    "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Golden/" + name
}

/// A value as JSON, names in small letters and without those that are nil: what a client's parameters are compared
/// with.
func laidOpen(_ value: Any) -> JSONValue? {
    switch value {
    case let text as String: return .string(text)
    case let flag as Bool: return .bool(flag)
    case let number as Int: return .double(Double(number))
    case let number as Int64: return .double(Double(number))
    case let number as Double: return .double(number)
    case let instant as Instant: return .double(instant.secondsWithFraction)
    case let bytes as [UInt8]: return .string(String(decoding: bytes, as: UTF8.self))
    case let choice as any Enumeration: return .string(choice.rawValue)
    case let map as [String: String]:
        var object = JSONObject()
        for (name, text) in map.sorted(by: { $0.key < $1.key }) { object[name] = .string(text) }
        return .object(object)
    default: break
    }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional: return mirror.children.first.flatMap { laidOpen($0.value) }
    case .collection: return .array(mirror.children.compactMap { laidOpen($0.value) })
    default:
        var object = JSONObject()
        for child in mirror.children {
            if let name = child.label, let inner = laidOpen(child.value) { object[name.lowercased()] = inner }
        }
        return .object(object)
    }
}

/// What of `expected` is not in `found`, as paths. Numbers compare by value, names without case.
func differences(_ expected: JSONValue, _ found: JSONValue?, at path: String = "") -> [String] {
    switch (expected, found) {
    case (.object(let wanted), .object(let object)?):
        return wanted.members.flatMap { entry in
            differences(
                entry.value, object[entry.name] ?? object[entry.name.lowercased()], at: "\(path).\(entry.name)")
        }
    case (.array(let wanted), .array(let elements)?) where wanted.count == elements.count:
        return zip(wanted, elements).enumerated().flatMap { index, pair in
            differences(pair.0, pair.1, at: "\(path)[\(index)]")
        }
    case (.number(let wanted), .number(let number)?) where wanted.double == number.double: return []
    default: return expected == found ? [] : ["\(path): \(expected.compactText) != \(found?.compactText ?? "nothing")"]
    }
}
