using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>What an operator has switched while the bus ran.</summary>
internal sealed class SettingStore(ISqlConnection connection)
{
    /// <summary>The name of the row that is there while public minting is closed.</summary>
    public const string MintingClosed = "minting_closed";

    public bool IsMintingOpen()
    {
        using var query = connection.Prepare("SELECT 1 FROM settings WHERE name = ?");
        return !query.Bind(MintingClosed).Step();
    }

    public void SetMintingOpen(bool isOpen) =>
        connection.Prepare(isOpen ? "DELETE FROM settings WHERE name = ?" : "INSERT INTO settings (name) VALUES (?) ON CONFLICT DO NOTHING")
            .Bind(MintingClosed).Run();
}
