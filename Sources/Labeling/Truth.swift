// The right answer to an object, for simulated people only. It comes from a truth manifest, from an attribute of the
// input line, or from the name of the folder an image lies in.

package import JSON
internal import Kernel

/// Reads truth from where users keep it.
package enum Truth {
    /// One line of a truth manifest: whose truth, and what it is.
    package struct Entry: Hashable, Sendable {
        /// The object, by address or text.
        package var source: ObjectSource
        /// In the form of the output, with names in place of numbers where the line tells them: another job may number
        /// its labels in another way.
        package var value: JSONValue

        package init(source: ObjectSource, value: JSONValue) {
            self.source = source
            self.value = value
        }
    }

    /// Reads a line of a truth manifest; nil where it has no source, no such attribute, or no truth for the task in it.
    ///
    /// An output manifest can serve as truth: the names in the attribute's metadata count.
    package static func entry(
        _ line: UnsafeRawBufferPointer, attribute: String, task: any LabelingTask
    ) -> Entry? {
        guard case .object(let members)? = try? JSONValue(parsing: line), let value = members[attribute],
            !value.isNull
        else { return nil }
        let source: ObjectSource
        if let uri = members["source-ref"]?.string {
            source = .reference(uri)
        } else if let text = members["source"]?.string {
            source = .text(text)
        } else {
            return nil
        }
        let named = named(value, members[attribute + "-metadata"], task)
        guard task.truthFile(named) != nil || task.annotation(inTruth: named, file: nil) != nil else { return nil }
        return Entry(source: source, value: named)
    }

    /// Puts names in the place of numbers.
    private static func named(_ value: JSONValue, _ metadata: JSONValue?, _ task: any LabelingTask) -> JSONValue {
        if let name = metadata?["class-name"] { return name }
        if let colors = metadata?["internal-color-map"]?.object {
            var names = JSONObject()
            for member in colors.members { names[member.name] = member.value["class-name"] }
            return ["mask": value, "class-map": .object(names)]
        }
        if let names = metadata?["class-map"] {
            if let list = value.array { return .array(list.map { name($0, in: names) }) }
            if let boxes = value["annotations"]?.array, var object = value.object {
                object["annotations"] = .array(
                    boxes.map { box in
                        guard var members = box.object, let number = members["class_id"] else { return box }
                        members["label"] = name(number, in: names)
                        return .object(members)
                    })
                return .object(object)
            }
        }
        let isName = value.string.map { task.categories.index(of: $0) != nil } ?? false
        if !isName, value.object == nil, let index = task.category(value) {
            return .string(task.categories.names[index])
        }
        return value
    }

    private static func name(_ number: JSONValue, in names: JSONValue) -> JSONValue {
        number.integer.flatMap { names[String($0)] } ?? number
    }

    /// The class whose label is the name of the folder that holds the object; nil where there is none, and for tasks
    /// that do more than to classify.
    package static func folderLabel(of source: ObjectSource, _ task: any LabelingTask) -> Annotation? {
        guard task.type == .imageMultiClass || task.type == .imageMultiClassMultiLabel,
            case .reference(let uri) = source, let name = S3URI(uri)?.folderName
        else { return nil }
        return task.annotation(inTruth: .string(name), file: nil)
    }
}
