// How configurations of a bucket are kept and shown: as the document of their shape. What S3 refuses in them is decided
// in Objects; the operations themselves are in the files beside this one.

internal import JSON
internal import Kernel
internal import Objects
internal import Shapes
internal import Store

extension S3Service {
    func put(
        _ kind: BucketDocument, _ shape: some WritableShape, of bucket: String, _ caller: Caller
    ) async throws(ServiceError) -> EmptyShape {
        try await objects.putDocument(kind, JSONValue.object(shape.document).compactBytes, of: bucket, caller)
        return EmptyShape()
    }

    func get<Shape: ReadableShape>(
        _ kind: BucketDocument, _ shape: Shape.Type, of bucket: String, _ caller: Caller
    ) async throws(ServiceError) -> Shape {
        let document = try await objects.document(kind, of: bucket, caller)
        return Shape(document: (try? JSONValue(parsing: document))?.object ?? [:])
    }

    func delete(_ kind: BucketDocument, of bucket: String, _ caller: Caller) async throws(ServiceError) -> EmptyShape {
        try await objects.deleteDocument(kind, of: bucket, caller)
        return EmptyShape()
    }
}
