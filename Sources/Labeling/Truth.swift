// What the right label of an object is, for simulated people only. It comes from a truth manifest, from an attribute of
// the input line, or from the name of the folder an image lies in.

internal import JSON
internal import Kernel

/// Reads truth from where users keep it.
package enum Truth {
    /// One line of a truth manifest: whose truth, and what it is.
    package struct Entry: Hashable, Sendable {
        /// The object, by address or text.
        package var source: ObjectSource
        /// A label's name; where no categories were at hand it may be an index in digits.
        package var label: String

        package init(source: ObjectSource, label: String) {
            self.source = source
            self.label = label
        }
    }

    /// Reads a line of a truth manifest; nil where it has no source or no such attribute.
    ///
    /// The attribute may hold a label's name, or its index. An output manifest can serve as truth: where the
    /// attribute's metadata gives a class name, that name counts.
    package static func entry(
        _ line: UnsafeRawBufferPointer, attribute: String, categories: LabelCategories?
    ) -> Entry? {
        guard case .object(let members)? = try? JSONValue(parsing: line), let value = members[attribute] else {
            return nil
        }
        let source: ObjectSource
        if let uri = members["source-ref"]?.string {
            source = .reference(uri)
        } else if let text = members["source"]?.string {
            source = .text(text)
        } else {
            return nil
        }
        let named = members[attribute + "-metadata"]?["class-name"]?.string
        guard let label = named ?? label(value, categories) else { return nil }
        return Entry(source: source, label: label)
    }

    /// Reads the value of a truth attribute: a label's name, or its index as a number or in digits.
    package static func label(_ value: UnsafeRawBufferPointer, _ categories: LabelCategories) -> Int? {
        guard let value = try? JSONValue(parsing: value) else { return nil }
        return label(value, categories).flatMap { categories.index(of: $0) }
    }

    private static func label(_ value: JSONValue, _ categories: LabelCategories?) -> String? {
        if let name = value.string, categories?.index(of: name) != nil { return name }
        let index = value.integer ?? value.string.flatMap { Int($0) }
        if let index, let categories { return categories.names.indices.contains(index) ? categories.names[index] : nil }
        return value.string
    }

    /// The class whose label is the name of the folder that holds the object; nil where there is none.
    package static func folderLabel(of source: ObjectSource, _ categories: LabelCategories) -> Int? {
        guard case .reference(let uri) = source else { return nil }
        return S3URI(uri)?.folderName.flatMap { categories.index(of: $0) }
    }
}
