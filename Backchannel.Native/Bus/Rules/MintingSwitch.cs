using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Whether new keys are issued without an admin token. The operator sets it; it survives restarts.</summary>
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
