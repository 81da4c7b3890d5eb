// What the generated structures conform to. A shape knows its schema and how to read and write its members one by one;
// it knows neither JSON nor XML nor HTTP. Readers and writers of the protocols stand in Wire.

/// A structure of a service model.
package protocol Shape: Equatable, Sendable {
    /// Describes the members that `init(from:)` and `write(to:)` name by their place.
    static var schema: StructureSchema { get }
}

/// A structure that occurs in requests.
///
/// Reading never throws: the reader records what is wrong, puts a placeholder in its place and goes on, so that one
/// answer can name every failure. Whoever owns the reader asks it afterwards.
package protocol ReadableShape: Shape, ReadableElement {
    /// Pulls every member from the reader; what is missing or wrong becomes a placeholder.
    init(from reader: inout some ShapeReader)
}

/// A structure that occurs in answers.
package protocol WritableShape: Shape, WritableElement {
    /// Hands every member that is set to the writer, in the model's order.
    func write(to writer: inout some ShapeWriter)
}

/// A string with a fixed set of values.
package protocol Enumeration: RawRepresentable, CaseIterable, Hashable, Sendable, ReadableElement, WritableElement
where RawValue == String {
    /// Stands where a value was refused, until the request is.
    static var placeholder: Self { get }
}

/// Input or output of an operation that has none.
package struct EmptyShape: ReadableShape, WritableShape {
    /// A schema without members.
    package static let schema = StructureSchema("EmptyShape", [])

    package init() {}
    package init(from reader: inout some ShapeReader) {}
    package func write(to writer: inout some ShapeWriter) {}
}

/// A free JSON value, as text. Shapes does not know JSON; whoever handles the document parses it.
package struct JSONDocument: Hashable, Sendable {
    /// As received, not parsed; the text of an answer must be JSON.
    package var bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }
}

/// One operation of a service: its input, its output, and where they are found on the wire.
package protocol Operation: Sendable {
    /// What a request is read into.
    associatedtype Input: ReadableShape
    /// What an answer is written from.
    associatedtype Output: WritableShape
    /// The operation's entry in the tables.
    static var schema: OperationSchema { get }
}
