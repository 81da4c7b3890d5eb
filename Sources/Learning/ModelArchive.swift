// model.tar.gz: what a labeling job leaves behind and what the next one may start from. Ours holds three files:
// model.json says what it is and names the classes, model.bin is the model, README.txt describes both. An archive that
// comes in may have been made by anybody: only those names may be in it, each once, as plain files, within limits of
// size and ratio.

internal import Images
internal import JSON
package import Kernel

/// A trained model with what is needed to use it again.
package struct ModelArchive: Sendable {
    /// Names of the classes, in the order of the model's outputs.
    package var labels: [String]
    /// Has as many outputs as there are labels.
    package var model: any LearnedModel

    /// `labels` must be as many as the model has classes.
    package init(labels: [String], model: any LearnedModel) {
        precondition(labels.count == model.classes)
        self.labels = labels
        self.model = model
    }

    static let format = "groundwork-model-1"
    private static let description = "model.json"
    private static let weights = "model.bin"

    /// The archive as a gzipped tar file; the same archive and instant give the same bytes.
    package func encoded(modified: Instant) -> [UInt8] {
        let about: JSONObject = [
            "format": .string(ModelArchive.format),
            "extractor": .string(model.extractor),
            "labels": .array(labels.map(JSONValue.string)),
        ]
        var writer = TarWriter(modified: modified)
        writer.add(ModelArchive.description, JSONValue.object(about).compactBytes)
        writer.add(ModelArchive.weights, model.encoded())
        writer.add(ModelArchive.readmeName, Array(ModelArchive.readme.utf8))
        return Gzip.compress(writer.finished())
    }

    /// Reads an archive that anybody may have written.
    package init(decoding bytes: UnsafeRawBufferPointer, limits: Limits) throws(ModelArchiveError) {
        guard bytes.count <= limits.modelArchiveBytes else {
            throw .tooLarge(bytes.count, limit: limits.modelArchiveBytes)
        }
        // Weights hardly shrink; what grows much more than a hundredfold is no model.
        let most = min(limits.modelBytes, 1 << 20 + bytes.count * 100)
        let tar: [UInt8]
        do {
            tar = try Gzip.expand(bytes, maxBytes: most)
        } catch {
            switch error {
            case .tooLarge(let limit): throw .tooLarge(limit + 1, limit: limit)
            case .notGzip: throw .broken("it is not gzip data")
            case .truncated: throw .broken("the gzip data ends too early")
            case .corrupt: throw .broken("the gzip data is corrupt")
            }
        }
        let files = try readTar(tar, names: [ModelArchive.description, ModelArchive.weights, ModelArchive.readmeName])
        guard let description = files[ModelArchive.description] else { throw .missing(ModelArchive.description) }
        guard let weights = files[ModelArchive.weights] else { throw .missing(ModelArchive.weights) }
        guard let about = try? JSONValue(parsing: Array(description)),
            about["format"]?.string == ModelArchive.format, let names = about["labels"]?.array
        else { throw .broken("\(ModelArchive.description) does not describe a model of this program") }
        do {
            let model = try LearnedModels.decode(Array(weights))
            let labels = names.compactMap(\.string)
            guard labels.count == names.count, labels.count == model.classes, Set(labels).count == labels.count else {
                throw ModelArchiveError.broken("its labels do not fit the model")
            }
            self.init(labels: labels, model: model)
        } catch let error as ModelArchiveError {
            throw error
        } catch {
            throw .broken("\(error)")
        }
    }
}

/// Why bytes are not a model archive.
package enum ModelArchiveError: Error, Hashable, Sendable, CustomStringConvertible {
    case tooLarge(Int, limit: Int)
    case missing(String)
    /// An entry that a model archive does not have: another name, a link, a folder out of place.
    case unexpected(String)
    case broken(String)

    package var description: String {
        switch self {
        case .tooLarge(let count, let limit): "the model archive has \(count) bytes or more, allowed are \(limit)"
        case .missing(let name): "the model archive has no \(name)"
        case .unexpected(let entry): "the model archive has an entry that does not belong there: \(entry)"
        case .broken(let reason): "the model archive cannot be read: \(reason)"
        }
    }
}
