// Where a listing goes on: the last entry, wrapped so that nobody takes the token for a key.

internal import Digests
internal import Kernel

/// Opaque tokens of listings.
enum ContinuationToken {
    static func token(after entry: String) -> String { Base64.text(Array(entry.utf8)) }

    static func entry(_ token: String) throws(ServiceError) -> String {
        guard let bytes = Base64.bytes(token), !bytes.isEmpty, let entry = String(validating: bytes, as: UTF8.self)
        else {
            throw .invalidArgument("continuation-token", token, "The continuation token provided is incorrect")
        }
        return entry
    }
}
