import Kernel
import Testing

@testable import Objects

/// Accounts as owners and grantees.
struct AccountDirectoryTests {
    private let plain = AccountID("111122223333") ?? .standard, named = AccountID("444455556666") ?? .standard

    @Test func anIdTellsByItselfWhetherAnAccountHasIt() {
        let directory = AccountDirectory(named: [named: ("c0ffee", "labeling")])
        let id = directory[plain].canonicalID
        #expect(id.utf8.count == 64)
        #expect(AccountDirectory()[plain].canonicalID == id)
        #expect(directory.hasAccount(canonicalID: id))
        #expect(directory.hasAccount(canonicalID: directory[.standard].canonicalID))
        for other in ["", id.uppercased(), String(id.dropLast()) + "4", "0" + id.dropFirst(), id + "0"] {
            #expect(!directory.hasAccount(canonicalID: other), "\(other)")
        }
    }

    @Test func aConfiguredIdStandsInPlaceOfTheUsualOne() {
        let directory = AccountDirectory(named: [named: ("c0ffee", nil)])
        #expect(directory.hasAccount(canonicalID: "c0ffee"))
        #expect(!directory.hasAccount(canonicalID: AccountDirectory()[named].canonicalID))
    }
}
