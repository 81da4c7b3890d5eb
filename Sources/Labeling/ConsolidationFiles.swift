// The two files of each consolidation call: what the post-annotation function is given, and what it answers.

internal import JSON
package import Kernel

/// What a manifest line says is to be labeled.
package enum ObjectSource: Hashable, Sendable {
    /// `source-ref`: the S3 address of an image, a clip, a sequence file.
    case reference(String)
    /// `source`: the text itself.
    case text(String)

    /// The address or the text.
    package var text: String {
        switch self {
        case .reference(let uri): uri
        case .text(let text): text
        }
    }
}

/// The files of one consolidation call.
package enum ConsolidationFiles {
    /// One object of a request.
    package struct Request: Sendable {
        /// Zero-based line of the manifest.
        package var object: Int
        /// Becomes the request's `dataObject`.
        package var source: ObjectSource
        /// Those with a submission, each in the worker's own words.
        package var answers: [WorkerAnswer]

        package init(object: Int, source: ObjectSource, answers: [WorkerAnswer]) {
            self.object = object
            self.source = source
            self.answers = answers
        }
    }

    /// The payload of the post-annotation function. Each answer's content is a string that holds JSON.
    package static func request(_ objects: [Request]) -> [UInt8] {
        var file = JSONWriter(reserving: objects.count * 1024)
        file.beginArray()
        for object in objects {
            file.beginObject()
            file.name("datasetObjectId")
            file.string(String(object.object))
            file.name("dataObject")
            file.beginObject()
            switch object.source {
            case .reference(let uri):
                file.name("s3Uri")
                file.string(uri)
            case .text(let text):
                file.name("content")
                file.string(text)
            }
            file.endObject()
            file.name("annotations")
            file.beginArray()
            for answer in object.answers {
                file.beginObject()
                file.name("workerId")
                file.string(answer.worker.id)
                file.name("annotationData")
                file.beginObject()
                file.name("content")
                file.string(String(decoding: answer.content, as: UTF8.self))
                file.endObject()
                file.endObject()
            }
            file.endArray()
            file.endObject()
        }
        file.endArray()
        return file.bytes
    }

    /// The answer of the post-annotation function: the objects that got a label.
    package static func response(
        _ labels: [(object: Int, label: OutputLabel)], for manifest: OutputManifest
    ) -> [UInt8] {
        var file = JSONWriter(reserving: labels.count * 512)
        file.beginArray()
        for (object, label) in labels {
            file.beginObject()
            file.name("datasetObjectId")
            file.string(String(object))
            file.name("consolidatedAnnotation")
            file.beginObject()
            file.name("content")
            file.raw(manifest.labelObject(label))
            file.endObject()
            file.endObject()
        }
        file.endArray()
        return file.bytes
    }

    /// The creation date of the label at a position of a call: labels of one call differ by microseconds only.
    package static func creationDate(at position: Int, ofCallAt instant: Instant) -> Instant {
        instant + .microseconds(position)
    }
}
