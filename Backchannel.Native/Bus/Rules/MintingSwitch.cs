using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Whether anybody may mint a key; an operator's choice, which survives restarts.</summary>
internal sealed class MintingSwitch(BusDatabase database)
{
    private volatile bool isOpen = database.Read(storage => storage.Settings.IsMintingOpen());

    public bool IsOpen => isOpen;

    public void Set(WriteContext context, bool open)
    {
        context.Storage.Settings.SetMintingOpen(open);
        context.AfterCommit(() => isOpen = open);
    }
}
