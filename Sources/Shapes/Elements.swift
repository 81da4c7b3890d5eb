// Values that lists and maps are made of. A reader or writer shows an element as a structure of one member, so the same
// methods serve for both.

/// A value that a list or map of a request can hold.
package protocol ReadableElement: Sendable {
    /// Reads the element, which is the reader's only member. Nil where it is null or wrong.
    static func element(from reader: inout some ShapeReader) -> Self?
}

/// A value that a list or map of an answer can hold.
package protocol WritableElement: Sendable {
    /// Writes the element as the writer's only member.
    func writeElement(to writer: inout some ShapeWriter)
}

extension ReadableShape {
    package static func element(from reader: inout some ShapeReader) -> Self? { reader.structure(0, Self.self) }
}

extension WritableShape {
    package func writeElement(to writer: inout some ShapeWriter) { writer.structure(0, self) }
}

extension Enumeration {
    package static func element(from reader: inout some ShapeReader) -> Self? { reader.enumeration(0, Self.self) }
    package func writeElement(to writer: inout some ShapeWriter) { writer.string(0, rawValue) }
}

extension String: ReadableElement, WritableElement {
    package static func element(from reader: inout some ShapeReader) -> String? { reader.string(0) }
    package func writeElement(to writer: inout some ShapeWriter) { writer.string(0, self) }
}

extension Int: ReadableElement, WritableElement {
    package static func element(from reader: inout some ShapeReader) -> Int? { reader.integer(0) }
    package func writeElement(to writer: inout some ShapeWriter) { writer.integer(0, self) }
}

extension Array: ReadableElement where Element: ReadableElement {
    package static func element(from reader: inout some ShapeReader) -> [Element]? { reader.list(0, of: Element.self) }
}

extension Array: WritableElement where Element: WritableElement {
    package func writeElement(to writer: inout some ShapeWriter) { writer.list(0, self) }
}
