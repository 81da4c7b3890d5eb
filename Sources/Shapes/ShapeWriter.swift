// The writer that generated code hands its members to, each with its place in the schema.

package import Kernel

/// Destination of the members of one structure.
package protocol ShapeWriter {
    /// Writes a string; structures hand over only members that are set.
    mutating func string(_ member: Int, _ value: String)
    /// Writes `true` or `false`.
    mutating func boolean(_ member: Int, _ value: Bool)
    /// Writes a whole number.
    mutating func integer(_ member: Int, _ value: Int64)
    /// Writes a number in the protocol's form.
    mutating func double(_ member: Int, _ value: Double)
    /// Writes a date in the member's format.
    mutating func timestamp(_ member: Int, _ value: Instant)
    /// Writes bytes, as base64 wherever text carries them.
    mutating func blob(_ member: Int, _ value: [UInt8])
    /// Writes a free JSON value as it is.
    mutating func document(_ member: Int, _ value: JSONDocument)
    /// Writes a structure with its members.
    mutating func structure(_ member: Int, _ value: some WritableShape)
    /// Writes a list in its order.
    mutating func list<Element: WritableElement>(_ member: Int, _ values: [Element])
    /// Writes a map; keys in sorted order, so that equal answers are equal bytes.
    mutating func map<Value: WritableElement>(_ member: Int, _ values: [String: Value])
}

extension ShapeWriter {
    /// Writes a whole number of the platform's size.
    package mutating func integer(_ member: Int, _ value: Int) { integer(member, Int64(value)) }
    /// Writes an enumeration by AWS's spelling of its value.
    package mutating func enumeration(_ member: Int, _ value: some Enumeration) { string(member, value.rawValue) }
}
