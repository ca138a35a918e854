using System.Net;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Measurements;

public sealed class PostLoadTests
{
    [ProgramFact("cc")]
    public async Task The_load_is_built_and_makes_each_post_once_in_one_channel_after_the_other()
    {
        using var folder = new TemporaryFolder();
        await using var bus = await TestBus.StartAsync();
        var load = new BusLoad(IPEndPoint.Parse(new Uri(bus.BaseUrl).Authority));
        await load.PrepareAsync("load", channels: 2);

        var result = await new PostLoad(folder.Path).Of(new Uri(bus.BaseUrl).Port, load.PostRequests(PostLoad.Mark()), BusLoad.Posted)(3, 10);

        Assert.True(result.PerSecond > 0 && result.MedianMs > 0 && result.P99Ms >= result.MedianMs);
        Assert.Equal((5, 5), ((await load.FreeAsync(0, 20)).Count, (await load.FreeAsync(1, 20)).Count));
    }
}
