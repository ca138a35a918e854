using System.Buffers.Text;
using System.Security.Cryptography;

namespace Backchannel.Native.Mcp.Tasks;

/// <summary>Gives the seal of a text: the same in every process of whoever may see the task, and unknown to everybody else.</summary>
/// <exception cref="ToolException">The seal cannot be had now.</exception>
internal delegate ValueTask<byte[]> TaskSeal(ReadOnlyMemory<byte> text, CancellationToken cancellationToken);

/// <summary>Ids of tasks: a ticket and its seal. Nothing is kept, so an id is as good in another process and after a restart.</summary>
internal sealed class TaskIds(TaskSeal seal)
{
    /// <summary>Longest arguments, in bytes, of a call that may become a task: an id is sent with every poll.</summary>
    public const int MaxArgumentBytes = 5_000;

    /// <summary>In characters; longer than any id can be.</summary>
    private const int MaxLength = 8_000;

    private const int SealBytes = 16;

    public async ValueTask<string> WriteAsync(TaskTicket ticket, CancellationToken cancellationToken)
    {
        var text = ticket.Write();
        var mark = await seal(text, cancellationToken);
        return Base64Url.EncodeToString([.. text, .. mark.AsSpan(0, SealBytes)]);
    }

    /// <returns>Null: it is no id that this user was given.</returns>
    public async ValueTask<TaskTicket?> ReadAsync(string id, CancellationToken cancellationToken)
    {
        if (id.Length > MaxLength || !Base64Url.IsValid(id, out var length) || length <= SealBytes)
        {
            return null;
        }

        var bytes = Base64Url.DecodeFromChars(id);
        if (Base64Url.EncodeToString(bytes) != id)
        {
            // Other spellings of the same bytes would be other tasks.
            return null;
        }

        var text = bytes.AsMemory(0, bytes.Length - SealBytes);
        var mark = await seal(text, cancellationToken);
        return CryptographicOperations.FixedTimeEquals(mark.AsSpan(0, SealBytes), bytes.AsSpan(text.Length)) ? TaskTicket.Read(text) : null;
    }
}
