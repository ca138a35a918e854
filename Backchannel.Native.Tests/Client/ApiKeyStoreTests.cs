using Backchannel.Native.Client;

namespace Backchannel.Native.Tests.Client;

public sealed class ApiKeyStoreTests : IDisposable
{
    private const string Here = "https://here.example";
    private const string There = "https://there.example";

    private readonly TemporaryFolder home = new();

    private string Folder => home.File(".config/backchannel");

    public void Dispose() => home.Dispose();

    [Fact]
    public void The_first_key_lies_in_key_as_the_Python_package_writes_it_with_its_bus_beside_it()
    {
        Store(Here).Save(Key("bck_a.1"));

        Assert.Equal("bck_a.1", Read("key"));
        Assert.Equal(Here, Read("key.origin"));
    }

    [Fact]
    public void Each_key_that_is_replaced_is_kept_in_a_file_of_its_own()
    {
        var store = new ApiKeyStore(Folder, BusOrigin.Local, new Microsoft.Extensions.Time.Testing.FakeTimeProvider(new(2026, 5, 4, 3, 2, 1, TimeSpan.Zero)));

        string?[] kept = [store.Save(Key("bck_a.1")), store.Save(Key("bck_a.2")), store.Save(Key("bck_a.2")), store.Save(Key("bck_a.3"))];

        Assert.Equal(
            ["none", "local.rejected-20260504030201", "none", "local.rejected-20260504030201-2"], kept.Select(static path => Path.GetFileName(path) ?? "none"));
        Assert.Equal(("bck_a.1", "bck_a.2", "bck_a.3"), (Read("keys/local.rejected-20260504030201"), Read("keys/local.rejected-20260504030201-2"), Read("keys/local")));
    }

    [Fact]
    public void A_key_of_another_bus_is_left_alone()
    {
        Store(Here).Save(Key("bck_a.1"));

        Assert.Null(Store(There).Find().Key);
        Store(There).Save(Key("bck_b.2"));

        Assert.Equal("bck_a.1", Read("key"));
        Assert.Equal("bck_b.2", Read("keys/there.example"));
        Assert.Equal(Key("bck_a.1"), Store(Here).Find().Key);
        Assert.Equal(Key("bck_b.2"), Store(There).Find().Key);
    }

    [Fact]
    public void A_key_of_the_Python_package_is_used_and_its_bus_is_not_known_yet()
    {
        Write("key", "bck_py.1\n");

        var found = Store(Here).Find();

        Assert.Equal((Key("bck_py.1"), false), (found.Key, found.OriginKnown));
        Assert.False(File.Exists(Path.Combine(Folder, "key.origin")));
    }

    [Fact]
    public void Recording_the_bus_makes_the_key_its_own()
    {
        Write("key", "bck_py.1");

        Store(Here).RecordOrigin(Key("bck_py.1"));

        Assert.True(Store(Here).Find().OriginKnown);
        Assert.Null(Store(There).Find().Key);
    }

    [Fact]
    public void The_bus_of_a_key_that_has_changed_since_is_not_recorded()
    {
        Write("key", "bck_new.1");

        Store(Here).RecordOrigin(Key("bck_py.1"));

        Assert.False(File.Exists(Path.Combine(Folder, "key.origin")));
    }

    [Fact]
    public void A_new_key_does_not_overwrite_one_whose_bus_nobody_recorded()
    {
        Write("key", "bck_py.1");

        Store(Here).Save(Key("bck_a.2"));

        Assert.Equal("bck_py.1", Read("key"));
        Assert.Equal(Key("bck_a.2"), Store(Here).Find().Key);
    }

    [Fact]
    public void The_local_bus_has_a_file_of_its_own_from_the_start()
    {
        var store = new ApiKeyStore(Folder, BusOrigin.Local, TimeProvider.System);

        store.Save(Key("bck_l.1"));

        Assert.Equal("bck_l.1", Read("keys/local"));
        Assert.False(File.Exists(Path.Combine(Folder, "key")));
        Assert.Equal(Key("bck_l.1"), store.Find().Key);
    }

    [Fact]
    public void A_key_for_https_is_not_found_for_plain_http()
    {
        Write("key.origin", There);
        Store("https://bus.example").Save(Key("bck_a.1"));

        Assert.Null(Store("http://bus.example").Find().Key);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \n")]
    [InlineData("not a key at all")]
    [InlineData("export BACKCHANNEL_API_KEY=bck_a.1")]
    public void A_file_without_a_key_is_no_key_and_gets_replaced(string content)
    {
        Write("key", content);

        var found = Store(Here).Find();
        Store(Here).Save(Key("bck_a.2"));

        Assert.Null(found.Key);
        Assert.Equal(Key("bck_a.2"), Store(Here).Find().Key);
        Assert.Equal("bck_a.2", Read("key"));
    }

    [Fact]
    public void A_file_with_something_else_in_it_is_named()
    {
        Write("key", "not a key at all");

        Assert.Equal(Path.Combine(Folder, "key"), Store(Here).Find().BrokenFile);
    }

    [UnixTheory]
    [InlineData(Here, "key")]
    [InlineData(Here, "key.origin")]
    [InlineData(There, "keys/there.example")]
    public async Task Files_are_0600_and_folders_0700_from_the_start(string bus, string file)
    {
        Store(Here).Save(Key("bck_a.1"));
        Store(bus).Save(Key("bck_a.2"));
        using var held = await Store(bus).LockAsync(TimeSpan.FromSeconds(30), default);

        Assert.Equal("600", Mode(file));
        Assert.Equal("600", Mode("key.lock"));
        Assert.Equal("700", Mode("."));
        Assert.Equal("700", Mode(Path.GetDirectoryName(file)!));
    }

    [UnixFact]
    public void Modes_that_somebody_chose_are_left_alone()
    {
        Directory.CreateDirectory(Folder);
        SetMode(".", "755");

        Store(Here).Save(Key("bck_a.1"));

        Assert.Equal("755", Mode("."));
    }

    [Fact]
    public void Replacing_leaves_no_temporary_file()
    {
        Store(Here).Save(Key("bck_a.1"));
        Store(Here).Save(Key("bck_a.2"));

        Assert.DoesNotContain(Directory.GetFiles(Folder), static path => path.EndsWith(".tmp", StringComparison.Ordinal));
        Assert.Equal("bck_a.2", Read("key"));
    }

    [Fact]
    public void The_key_of_a_list_is_found_whatever_its_order_and_also_by_each_address()
    {
        Store(Here, There).Save(Key("bck_a.1"));

        ApiKeyStore[] stores = [Store(There, Here), Store(Here), Store(There), Store(There, "https://new.example"), Store("https://new.example", Here)];

        Assert.All(stores, static store => Assert.Equal(Key("bck_a.1"), store.Find().Key));
        Assert.Null(Store("https://new.example").Find().Key);
    }

    [Fact]
    public void An_address_that_joins_the_list_gets_the_key_once_the_bus_has_accepted_it()
    {
        Store(Here).Save(Key("bck_a.1"));
        var found = Store(There, Here).Find();

        Store(There, Here).RecordOrigin(Key("bck_a.1"));

        Assert.Equal((Key("bck_a.1"), false), (found.Key, found.OriginKnown));
        Assert.Equal((Key("bck_a.1"), true), (Store(There, Here).Find().Key, Store(There, Here).Find().OriginKnown));
        Assert.Equal(Key("bck_a.1"), Store(There).Find().Key);
    }

    [Fact]
    public void Another_key_of_a_listed_address_stays_and_the_order_does_not_decide_which_is_used()
    {
        Store("https://first.example").Save(Key("bck_c.3"));
        Store(Here).Save(Key("bck_a.1"));
        Store(There).Save(Key("bck_b.2"));

        Store(There, Here).RecordOrigin(Key("bck_a.1"));

        Assert.Equal((Key("bck_a.1"), Key("bck_a.1")), (Store(Here, There).Find().Key, Store(There, Here).Find().Key));
        Assert.Equal(Key("bck_b.2"), Store(There).Find().Key);
    }

    [Fact]
    public void A_key_that_takes_the_place_of_a_lists_key_does_so_at_each_address_and_the_old_one_is_kept()
    {
        Store(Here, There).Save(Key("bck_a.1"));

        var kept = Store(There, Here).Save(Key("bck_a.2"));

        Assert.Equal("bck_a.1", File.ReadAllText(kept!));
        Assert.Equal((Key("bck_a.2"), Key("bck_a.2")), (Store(Here).Find().Key, Store(There).Find().Key));
    }

    [Fact]
    public async Task The_lock_is_one_holders()
    {
        var held = await Store(Here).LockAsync(TimeSpan.FromSeconds(30), default);

        var second = Store(Here).LockAsync(TimeSpan.FromSeconds(30), default);
        var early = second.IsCompleted;
        held.Dispose();
        (await second).Dispose();

        Assert.False(early);
    }

    private static ApiKey Key(string text) => ApiKey.TryParse(text, out var key) ? key : throw new ArgumentException(text);

    private ApiKeyStore Store(string bus, params string[] others) =>
        new(Folder, BusOrigin.Of(new BackchannelClientOptions { BaseUrl = new(bus), OtherBaseUrls = [.. others.Select(static other => new Uri(other))], AgentLabel = "a" }), TimeProvider.System);

    private string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    private void Write(string name, string content)
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, name), content);
    }

    private string Mode(string name) =>
        OperatingSystem.IsWindows() ? "" : Convert.ToString((int)File.GetUnixFileMode(Path.Combine(Folder, name)), 8);

    private void SetMode(string name, string octal)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(Folder, name), (UnixFileMode)Convert.ToInt32(octal, 8));
        }
    }
}
