// Names that the C library would otherwise share with the module under test.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

func exponential(_ value: Double) -> Double { exp(value) }
func logarithm(_ value: Double) -> Double { log(value) }

/// A file, or nil where there is none.
func contents(of path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var result: [UInt8] = [], slice = [UInt8](repeating: 0, count: 1 << 20)
    while case let count = fread(&slice, 1, slice.count, file), count > 0 { result += slice[..<count] }
    return result
}

/// An environment variable that is not empty.
func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
}
