// The cases that scripts/fuzz has found, and the seeds it begins with, through the same functions.

import FoundationEssentials
import Fuzz
import Kernel
import Testing

@Suite struct CorpusTests {
    private static let corpus =
        "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Fuzz/Corpus"

    @Test(arguments: FuzzTarget.all.map(\.name))
    func propertiesHoldForEverySeed(_ name: String) throws {
        let target = try #require(FuzzTarget(named: name))
        #expect(target.seeds.count >= 3)
        for seed in target.seeds {
            #expect(throws: Never.self, "\(String(decoding: seed, as: UTF8.self))") { try target.check(seed) }
        }
    }

    @Test(arguments: FuzzTarget.all.map(\.name))
    func propertiesHoldForEveryCaseThatWasFound(_ name: String) throws {
        let target = try #require(FuzzTarget(named: name))
        let cases = try FileManager.default.contentsOfDirectory(atPath: "\(Self.corpus)/\(name)").sorted()
        #expect(!cases.isEmpty)
        for file in cases {
            let bytes = try Data(contentsOf: URL(filePath: "\(Self.corpus)/\(name)/\(file)"))
            #expect(throws: Never.self, "\(name)/\(file)") { try target.check(Array(bytes)) }
        }
    }

    @Test func everyFolderOfCasesBelongsToATarget() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.corpus).filter { !$0.hasPrefix(".") }
        #expect(Set(folders) == Set(FuzzTarget.all.map(\.name)))
    }
}
