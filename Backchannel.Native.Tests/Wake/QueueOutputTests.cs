using Backchannel.Native.Wake;

namespace Backchannel.Native.Tests.Wake;

public sealed class QueueOutputTests
{
    [Fact]
    public async Task All_is_read_and_the_beginning_is_kept()
    {
        using var output = new MemoryStream(Enumerable.Repeat((byte)'x', 10 * 1024 * 1024).ToArray());

        Assert.Equal(new string('x', 64 * 1024), await QueueOutput.ReadAsync(output, CancellationToken.None));
        Assert.Equal(output.Length, output.Position);
    }
}
