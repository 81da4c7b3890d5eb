// The writer that generated code hands its members to, each with its place in the schema.

package import Kernel

/// Destination of the members of one structure.
package protocol ShapeWriter {
    mutating func string(_ member: Int, _ value: String)
    mutating func boolean(_ member: Int, _ value: Bool)
    mutating func integer(_ member: Int, _ value: Int64)
    mutating func double(_ member: Int, _ value: Double)
    mutating func timestamp(_ member: Int, _ value: Instant)
    mutating func blob(_ member: Int, _ value: [UInt8])
    mutating func document(_ member: Int, _ value: JSONDocument)
    mutating func structure(_ member: Int, _ value: some WritableShape)
    mutating func list<Element: WritableElement>(_ member: Int, _ values: [Element])
    mutating func map<Value: WritableElement>(_ member: Int, _ values: [String: Value])
}

extension ShapeWriter {
    package mutating func integer(_ member: Int, _ value: Int) { integer(member, Int64(value)) }
    package mutating func enumeration(_ member: Int, _ value: some Enumeration) { string(member, value.rawValue) }
}
