// The schema of a structure: its members in the model's order, and the tables by which a reader finds them.

/// A structure of a service model with all its members.
package final class StructureSchema: Sendable {
    /// The model's name of the structure; nothing on the wire shows it.
    package let name: String
    /// In the model's order; a member's place here is the number that readers and writers get.
    package let members: [MemberSchema]
    /// Of the members at their places.
    package let tags: [ElementTags]
    /// Places of the body's members by wire name.
    package let bodyMembers: [String: Int]
    /// Place of the member that is an attribute of the structure's element.
    package let attributeMember: Int?
    /// Places of the query's members by wire name.
    package let queryMembers: [String: Int]
    /// Places of the path's members by label.
    package let labelMembers: [String: Int]
    /// Places of the headers' members.
    package let headers: HeaderTable
    /// Place of the map that takes all headers with a prefix.
    package let headerPrefixMember: Int?
    /// Place of the member that is the body.
    package let payloadMember: Int?

    /// Builds the tables once, when the schema is first used.
    package init(_ name: String, _ members: [MemberSchema]) {
        self.name = name
        self.members = members
        tags = members.map(\.tags)
        bodyMembers = Self.places(.body, in: members)
        attributeMember = members.firstIndex { $0.location == .attribute }
        queryMembers = Self.places(.query, in: members)
        labelMembers = Self.places(.label, in: members)
        headers = HeaderTable(members.enumerated().filter { $1.location == .header }.map { ($1.wireName, $0) })
        headerPrefixMember = members.firstIndex { $0.location == .headerPrefix }
        payloadMember = members.firstIndex { $0.location == .payload }
    }

    private static func places(_ location: MemberSchema.Location, in members: [MemberSchema]) -> [String: Int] {
        var places: [String: Int] = [:]
        for (place, member) in members.enumerated() where member.location == location {
            places[member.wireName] = place
        }
        return places
    }
}

/// Finds the member of a header in one step, so that a request's headers are gone through once, not once per member.
package struct HeaderTable: Sendable {
    /// Lower-cased names and their members, at the places their hashes point to.
    private let names: [[UInt8]]
    private let members: [Int32]
    private let mask: Int

    init(_ headers: [(name: String, member: Int)]) {
        var size = 8
        while size < headers.count * 4 { size *= 2 }
        var names = [[UInt8]](repeating: [], count: size)
        var members = [Int32](repeating: -1, count: size)
        for header in headers {
            let name = header.name.utf8.map { lowered($0) }
            var place = name.withUnsafeBufferPointer { hash($0) } & (size - 1)
            while members[place] >= 0 { place = (place + 1) & (size - 1) }
            names[place] = name
            members[place] = Int32(header.member)
        }
        self.names = names
        self.members = members
        mask = size - 1
    }

    /// The member that a header of this name fills, in whatever case it is spelled.
    package func member(_ name: String) -> Int? {
        if let found = name.utf8.withContiguousStorageIfAvailable({ find($0) }) { return found }
        return Array(name.utf8).withUnsafeBufferPointer { find($0) }
    }

    private func find(_ name: UnsafeBufferPointer<UInt8>) -> Int? {
        var place = hash(name) & mask
        while members[place] >= 0 {
            if isSame(name, names[place]) { return Int(members[place]) }
            place = (place + 1) & mask
        }
        return nil
    }

    private func isSame(_ name: UnsafeBufferPointer<UInt8>, _ lower: [UInt8]) -> Bool {
        guard name.count == lower.count else { return false }
        for index in 0..<lower.count where lowered(name[index]) != lower[index] { return false }
        return true
    }
}

/// Case-blind, and cheap: length, and a walk over the bytes (FNV-1a).
private func hash(_ name: UnsafeBufferPointer<UInt8>) -> Int {
    var hash: UInt32 = 0x811C_9DC5
    for byte in name { hash = (hash ^ UInt32(lowered(byte))) &* 0x0100_0193 }
    return Int(hash ^ hash >> 15)
}

@inline(__always)
private func lowered(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
