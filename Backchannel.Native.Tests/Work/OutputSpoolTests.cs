using System.Text;
using Backchannel.Native.Work;

namespace Backchannel.Native.Tests.Work;

public sealed class OutputSpoolTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(3, "000102", false)]
    [InlineData(8, "0001020304050607", false)]
    [InlineData(9, "0405060708", true)]
    [InlineData(13, "08091011" + "12", true)]
    public void The_end_is_kept_within_bounded_space(int chunks, string expected, bool isCut)
    {
        using var spool = new OutputSpool(File.Create(folder.File("first")), File.Create(folder.File("second")), mostBytes: 16);
        for (var i = 0; i < chunks; i++)
        {
            spool.Write(Encoding.ASCII.GetBytes($"{i:00}"));
        }

        using var saved = new StreamReader(spool.Read());
        Assert.Equal(expected, saved.ReadToEnd());
        Assert.Equal(expected.Length, spool.Length);
        Assert.Equal(isCut, spool.IsCut);
    }
}
