// What the backbone makes of pictures, for comparison with other implementations, and how fast it is.
//
//   bench-learning features PICTURE… --backbone FILE [--rest FILE]
//       prints a line of JSON per picture: {"maps": […], "pooled": […]}
//   bench-learning speed PICTURE… --backbone FILE [--rest FILE] [--threads N] [--repeats N]
//       prints how long the weights take to load, and pictures per second with decoding

internal import Kernel
internal import Learning

struct FeatureCommands {
    private let extractor: BackboneExtractor
    private let rest: PooledFeatures?
    private let pictures: [[UInt8]]
    private let loadSeconds: Double

    /// Runs the command that the arguments name; false where they name none of these.
    static func run(_ arguments: [String]) throws -> Bool {
        guard arguments.count > 1, ["features", "speed"].contains(arguments[1]) else { return false }
        var options: [String: String] = [:], paths: [String] = []
        var left = arguments.dropFirst(2)
        while let argument = left.popFirst() {
            if argument.hasPrefix("--") { options[argument] = left.popFirst() } else { paths.append(argument) }
        }
        guard let backbone = options["--backbone"], !paths.isEmpty else {
            print("usage: bench-learning features|speed PICTURE… --backbone FILE [--rest FILE]")
            exitProcess(64)
        }
        let commands = try FeatureCommands(paths: paths, backbone: backbone, rest: options["--rest"])
        if arguments[1] == "features" {
            try commands.printFeatures()
        } else {
            try commands.measure(
                threads: options["--threads"].flatMap { Int($0) } ?? 1,
                repeats: options["--repeats"].flatMap { Int($0) } ?? 1)
        }
        return true
    }

    private init(paths: [String], backbone: String, rest: String?) throws {
        let start = processorSeconds()
        extractor = BackboneExtractor(backbone: try Backbone(file: try contents(of: backbone)))
        self.rest = try rest.map { try PooledFeatures(file: try contents(of: $0)) }
        loadSeconds = processorSeconds() - start
        pictures = try paths.map { try contents(of: $0) }
    }

    private func printFeatures() throws {
        for picture in pictures {
            let maps = try picture.withUnsafeBytes { try extractor.features(of: $0) }
            let pooled = rest.map { rest in maps.withUnsafeBytes { rest.features(fromMaps: $0) } } ?? []
            print("{\"maps\": \(numbers(maps)), \"pooled\": \(numbers(pooled))}")
        }
    }

    private func numbers(_ halves: [UInt8]) -> [Float] {
        halves.withUnsafeBytes { $0.bindMemory(to: UInt16.self).map { Float(Float16(bitPattern: $0)) } }
    }

    /// Every thread works through all pictures. Processor time is what is counted: with as many quiet cores as threads
    /// it is the time on the clock.
    private func measure(threads: Int, repeats: Int) throws {
        print("weights: \(rounded(1000 * loadSeconds, 1)) ms to read and load")
        try report("to stride 16", threads, repeats) { _ = try extract($0) }
        guard let rest else { return }
        let maps = try pictures.map(extract)
        try report("the whole network", threads, repeats) { picture in
            _ = try extract(picture).withUnsafeBytes { rest.features(fromMaps: $0) }
        }
        let start = processorSeconds()
        for map in maps { _ = map.withUnsafeBytes { rest.features(fromMaps: $0) } }
        print(
            "kept maps to pooled: \(rounded((processorSeconds() - start) * 1000 / Double(maps.count), 2)) ms a picture")
    }

    private func extract(_ picture: [UInt8]) throws -> [UInt8] {
        try picture.withUnsafeBytes { try extractor.features(of: $0) }
    }

    private func report(_ what: String, _ threads: Int, _ repeats: Int, _ work: @escaping ([UInt8]) throws -> Void)
        throws
    {
        // The first pass brings the working memory in.
        try work(pictures[0])
        struct Shared: @unchecked Sendable {  // only read, and `work` is safe on several threads
            let pictures: [[UInt8]]
            let work: ([UInt8]) throws -> Void
        }
        let shared = Shared(pictures: pictures, work: work)
        let start = processorSeconds()
        let running = try (0..<threads).map { _ in
            try SystemThread {
                for _ in 0..<repeats { for picture in shared.pictures { try? shared.work(picture) } }
            }
        }
        for thread in running { thread.join() }
        let each = (processorSeconds() - start) / Double(threads * repeats * pictures.count)
        print(
            "\(what): \(rounded(1000 * each, 2)) ms a picture, \(rounded(Double(threads) / each, 0)) pictures/s"
                + " on \(threads) thread\(threads == 1 ? "" : "s")")
    }
}
