using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>The <c>traceparent</c> of the posts that came with one.</summary>
internal sealed class TraceStore(ISqlConnection connection)
{
    public void Add(long message, string traceParent) =>
        connection.Prepare("INSERT INTO traces (message, traceparent) VALUES (?, ?)").Bind(message).Bind(traceParent).Run();

    public string? Find(long message)
    {
        using var query = connection.Prepare("SELECT traceparent FROM traces WHERE message = ?");
        return query.Bind(message).Step() ? query.Text(0) : null;
    }
}
