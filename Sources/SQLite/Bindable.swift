// The Swift types that can be parameters.

package import Kernel

extension Int64: Bindable {
    package func bind(to statement: Statement, at position: Int32) throws {
        try statement.bind(integer: self, at: position)
    }
}

extension Int: Bindable {
    package func bind(to statement: Statement, at position: Int32) throws {
        try statement.bind(integer: Int64(self), at: position)
    }
}

extension Bool: Bindable {
    package func bind(to statement: Statement, at position: Int32) throws {
        try statement.bind(integer: self ? 1 : 0, at: position)
    }
}

extension Double: Bindable {
    package func bind(to statement: Statement, at position: Int32) throws {
        try statement.bind(real: self, at: position)
    }
}

extension String: Bindable {
    package func bind(to statement: Statement, at position: Int32) throws {
        try statement.bind(text: self, at: position)
    }
}

extension [UInt8]: Bindable {
    package func bind(to statement: Statement, at position: Int32) throws {
        try withUnsafeBytes { try statement.bind($0, at: position) }
    }
}

/// Stored as whole microseconds.
extension Instant: Bindable {
    package func bind(to statement: Statement, at position: Int32) throws {
        try statement.bind(integer: microseconds, at: position)
    }
}

extension Optional: Bindable where Wrapped: Bindable {
    package func bind(to statement: Statement, at position: Int32) throws {
        guard let self else {
            try statement.bindNull(at: position)
            return
        }
        try self.bind(to: statement, at: position)
    }
}

/// Bytes that are compared as text although they need not be valid UTF-8: bounds of a walk over keys.
package struct TextBytes: Bindable {
    /// Bytes that sort as a key does.
    package let bytes: [UInt8]
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package func bind(to statement: Statement, at position: Int32) throws {
        try bytes.withUnsafeBytes { try statement.bind(text: $0, at: position) }
    }
}
