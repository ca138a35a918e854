using System.Formats.Tar;
using System.IO.Compression;
using System.Text.RegularExpressions;
using Backchannel.Native.Cli;
using Backchannel.Native.Files;
using YamlDotNet.RepresentationModel;

namespace Backchannel.Native.Tests.Packaging;

/// <summary>The files of a deployment fit together, and to the bus. A container engine is not needed to find out.</summary>
public sealed class DeploymentFilesTests : IDisposable
{
    private const string Shell = "sh";
    private const string OpenSsl = "openssl";
    private const string SomeUser = "1234:1235";

    private static readonly ReleaseInfo Release = new(ProductVersion.Text, "somebody/backchannel-mcp", DateTimeOffset.UnixEpoch.AddYears(50));

    private readonly TemporaryFolder folder = new();

    public DeploymentFilesTests()
    {
        if (!OperatingSystem.IsWindows())
        {
            DeploymentFiles.WriteTo(folder.Path, Release);
        }
    }

    private static YamlMappingNode Compose => DeploymentFiles.LoadCompose(Path.Combine(DeploymentFiles.Source, "compose.yaml"));

    private static Dictionary<string, YamlMappingNode> Services =>
        ((YamlMappingNode)Compose["services"]).ToDictionary(service => service.Key.ToString(), service => (YamlMappingNode)service.Value);

    private static string Proxy => File.ReadAllText(Path.Combine(DeploymentFiles.Source, "haproxy.cfg"));

    public void Dispose() => folder.Dispose();

    [ProgramFact(Shell, OpenSsl)]
    public async Task Every_file_that_is_mounted_is_in_the_archive_or_made_by_prepare()
    {
        await PrepareAsync("bus.example.org");

        var mounted = Services.Values.SelectMany(service => DeploymentFiles.Items(service, "volumes")).Select(volume => volume.ToString().Split(':')[0])
            .Where(source => source.StartsWith("./", StringComparison.Ordinal))
            .Concat(((YamlMappingNode)Compose["secrets"]).Select(secret => secret.Value["file"].ToString()))
            .Concat(Services.Values.Where(service => service.Children.ContainsKey("env_file")).Select(service => service["env_file"].ToString()))
            .ToList();

        Assert.NotEmpty(mounted);
        Assert.All(mounted, path => Assert.True(File.Exists(folder.File(path)), path));
    }

    [Fact]
    public void What_a_service_uses_is_declared_and_what_is_declared_is_used()
    {
        var secrets = Services.Values.SelectMany(DeploymentFiles.Secrets).Select(secret => secret.Source);
        var networks = Services.Values.SelectMany(service => DeploymentFiles.Items(service, "networks")).Select(network => network.ToString());
        var volumes = Services.Values.SelectMany(service => DeploymentFiles.Items(service, "volumes")).Select(volume => volume.ToString().Split(':')[0])
            .Where(source => !source.StartsWith('.'));

        AssertDeclared("secrets", secrets);
        AssertDeclared("networks", networks);
        AssertDeclared("volumes", volumes);
    }

    [ProgramFact(Shell, OpenSsl)]
    public async Task Every_variable_has_a_default_or_is_set_by_prepare()
    {
        await PrepareAsync("bus.example.org", "--port", "8443");

        var variables = DeploymentFiles.ReadVariables(folder.File(".env"));
        var filled = DeploymentFiles.Fill(File.ReadAllText(folder.File("compose.yaml")), variables);

        Assert.Contains("BACKCHANNEL_BASE_URL: https://bus.example.org:8443\n", filled, StringComparison.Ordinal);
        Assert.Contains("- \"8443:8443\"\n", filled, StringComparison.Ordinal);
        Assert.Contains($"image: backchannel-mcp:{ProductVersion.Text}\n", filled, StringComparison.Ordinal);
        Assert.DoesNotMatch("@[A-Z]+@", filled);
    }

    [Fact]
    public void Images_are_pinned_by_major_version_and_none_is_pulled_for_the_bus()
    {
        Assert.All(Services, service => Assert.Matches(@"^(postgres:\d+|haproxy:\d+|backchannel-mcp:\$\{BACKCHANNEL_VERSION:-@VERSION@\})$", service.Value["image"].ToString()));
        Assert.All(Buses(), bus => Assert.Equal("never", bus.Value["pull_policy"].ToString()));
    }

    [Fact]
    public void The_proxy_knows_every_bus_by_the_port_on_which_it_listens()
    {
        var servers = Regex.Matches(Proxy, @"^    server (\S+) (\S+):(\d+)$", RegexOptions.Multiline)
            .Select(match => (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value));

        Assert.Equal(
            Buses().Select(bus => (bus.Key, bus.Key, Command(bus.Value)[Command(bus.Value).IndexOf("--listen") + 1].Split(':')[1])).Order(),
            servers.Order());
        Assert.All(Buses(), bus => Assert.Contains("--allow-remote", Command(bus.Value)));
    }

    [Fact]
    public void The_proxy_listens_where_its_port_is_published_with_a_secret_that_it_has()
    {
        var bind = Regex.Match(Proxy, @"^    bind :(\d+) ssl crt /run/secrets/(\S+) ", RegexOptions.Multiline);
        var proxy = Services["proxy"];

        Assert.EndsWith($":{bind.Groups[1].Value}", DeploymentFiles.Items(proxy, "ports").Single().ToString(), StringComparison.Ordinal);
        Assert.Contains(bind.Groups[2].Value, DeploymentFiles.Secrets(proxy).Select(secret => secret.Target));
    }

    [Fact]
    public void The_buses_are_told_only_what_they_read_and_every_secret_that_they_read_is_theirs()
    {
        var known = BusSetting.All.Select(setting => setting.Environment).Append(ServeOptions.DatabaseVariable);

        Assert.All(Buses(), bus =>
        {
            var environment = DeploymentFiles.Pairs(bus.Value, "environment").ToList();
            Assert.Empty(environment.Select(pair => pair.Name).Where(name => name.StartsWith("BACKCHANNEL", StringComparison.Ordinal)).Except(known));
            Assert.Empty(SecretsIn(environment).Except(DeploymentFiles.Secrets(bus.Value).Select(secret => secret.Target)));
        });
    }

    [Fact]
    public void The_buses_name_every_database_and_no_password_and_believe_the_network_of_the_proxy_alone()
    {
        var settings = DeploymentFiles.Pairs(Buses().First().Value, "environment").ToDictionary(pair => pair.Name, pair => pair.Value);

        var place = Regex.Match(settings["BACKCHANNEL_DB"], @"^postgres://backchannel@([^/]+)/backchannel\?sslmode=verify-full&");
        Assert.Equal(
            Services.Keys.Where(name => name.StartsWith("database-", StringComparison.Ordinal)).Select(name => $"{name}:5432"),
            place.Groups[1].Value.Split(','));
        Assert.Equal(settings["BACKCHANNEL_TRUSTED_PROXIES"], Compose["networks"]["front"]["ipam"]["config"][0]["subnet"].ToString());
        Assert.Equal("true", Compose["networks"]["back"]["internal"].ToString());
        Assert.All(Services.Where(service => service.Key.StartsWith("database-", StringComparison.Ordinal)), database =>
            Assert.Equal("back", DeploymentFiles.Items(database.Value, "networks").Single().ToString()));
    }

    [Fact]
    public void No_service_runs_as_root_or_may_become_more_than_it_is()
    {
        Assert.All(Services.Values, service =>
        {
            Assert.StartsWith("${BACKCHANNEL_USER:?", service["user"].ToString(), StringComparison.Ordinal);
            Assert.Equal("ALL", DeploymentFiles.Items(service, "cap_drop").Single().ToString());
            Assert.Equal("no-new-privileges:true", DeploymentFiles.Items(service, "security_opt").Single().ToString());
        });
    }

    [ProgramFact(Shell, OpenSsl)]
    public async Task Secrets_are_their_owners_alone_and_a_second_run_keeps_them()
    {
        await PrepareAsync("bus.example.org");
        var secrets = Directory.GetFiles(folder.File("secrets")).ToDictionary(path => path, File.ReadAllText);

        await PrepareAsync("bus.example.org");

        Assert.All(secrets, secret => Assert.Equal(secret.Value, File.ReadAllText(secret.Key)));
        Assert.All(secrets.Keys, path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.File("secrets")));
        if (FileStatus.OwnUserId == 0)
        {
            var owners = await ProgramRun.RunAsync("stat", ["-c", "%u:%g", folder.File("secrets"), .. secrets.Keys]);
            Assert.All(owners.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), owner => Assert.Equal(SomeUser, owner));
        }
    }

    [ProgramFact(Shell, OpenSsl)]
    public async Task A_certificate_that_is_given_is_the_proxys_and_a_later_one_replaces_it()
    {
        foreach (var certificate in new[] { "first", "second" })
        {
            File.WriteAllText(folder.File("given.crt"), $"{certificate} certificate\n");
            File.WriteAllText(folder.File("given.key"), "its key\n");

            await PrepareAsync("bus.example.org", "--cert", folder.File("given.crt"), "--key", folder.File("given.key"));

            Assert.Equal($"{certificate} certificate\nits key\n", File.ReadAllText(folder.File("secrets/proxy.pem")));
        }
    }

    [ProgramTheory(Shell, OpenSsl)]
    [InlineData("say by which name", "--port", "443")]
    [InlineData("is no host name", "https://bus.example.org")]
    [InlineData("does not run as root", "bus.example.org", "--user", "0:0")]
    [InlineData("need each other", "bus.example.org", "--cert", "some.pem")]
    [InlineData("there is no option --prot", "bus.example.org", "--prot", "443")]
    public async Task Prepare_says_what_is_wrong_and_makes_nothing(string reason, params string[] arguments)
    {
        // Who runs the tests may be root.
        var run = await ProgramRun.RunAsync(folder.File("prepare.sh"), arguments.Contains("--user") ? arguments : [.. arguments, "--user", SomeUser]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(reason, run.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("secrets")));
    }

    [Fact]
    public void The_README_names_services_and_verbs_that_there_are()
    {
        var readme = File.ReadAllText(Path.Combine(DeploymentFiles.Source, "README.md"));
        var script = File.ReadAllText(Path.Combine(DeploymentFiles.Source, "database.sh"));
        var verbs = Regex.Match(script, @"^    (start \|.*)\) ""\$verb""", RegexOptions.Multiline).Groups[1].Value.Split(" | ");
        var commands = Regex.Matches(readme, @"docker compose (\w+) ([^\n`#<>&|]*)").Select(match => (Verb: match.Groups[1].Value, Words: match.Groups[2].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToList();

        var services = commands.SelectMany(command => command.Verb is "run" or "exec"
            ? command.Words.Where(word => !word.StartsWith('-')).Take(1)
            : command.Words.Where(word => !word.StartsWith('-') && word != "USR2"));
        Assert.Empty(services.Except(Services.Keys));
        var said = commands.Where(command => command.Verb == "exec").Select(command => command.Words[Array.IndexOf(command.Words, "database") + 1])
            .Concat(commands.Where(command => command.Verb == "run").Select(command => command.Words.SkipWhile(word => word.StartsWith('-')).ToArray())
                .Where(words => words[0].StartsWith("database-", StringComparison.Ordinal)).Select(words => words[1]))
            .ToHashSet();
        Assert.Empty(said.Except(verbs));
        Assert.Superset(new HashSet<string> { "initialise", "follow", "fence", "promote", "together", "status", "backup", "try", "restore" }, said);
        Assert.All(verbs, verb => Assert.Contains($"#   {verb.Split(' ')[0]}", script.Replace("alone, together", "alone,\n#   together", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [UnixFact]
    public void The_archive_unpacks_into_one_folder_with_scripts_that_can_be_run()
    {
        using var archive = new MemoryStream();
        ReleaseArchive.WriteTar(archive, DeploymentFiles.Entries(Release), Release.Time);
        archive.Position = 0;
        using var unpacked = new TemporaryFolder();
        using (var content = new GZipStream(archive, CompressionMode.Decompress))
        {
            TarFile.ExtractToDirectory(content, unpacked.Path, overwriteFiles: false);
        }

        var files = Directory.GetFiles(unpacked.File(DeploymentFiles.FolderName));
        Assert.Equal(
            ["README.md", "compose.yaml", "database.sh", "haproxy.cfg", "pg_hba.conf", "prepare.sh"],
            files.Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.All(files, path => Assert.Equal(Path.GetExtension(path) == ".sh", File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherExecute)));
    }

    private static IEnumerable<KeyValuePair<string, YamlMappingNode>> Buses() =>
        Services.Where(service => service.Key.StartsWith("bus-", StringComparison.Ordinal));

    private static List<string> Command(YamlMappingNode service) => [.. DeploymentFiles.Items(service, "command").Select(word => word.ToString())];

    private static IEnumerable<string> SecretsIn(IEnumerable<(string Name, string Value)> environment) =>
        environment.SelectMany(pair => Regex.Matches(pair.Value, @"/run/secrets/([\w.-]+)").Select(match => match.Groups[1].Value));

    private static void AssertDeclared(string kind, IEnumerable<string> used) => Assert.Equal(
        ((YamlMappingNode)Compose[kind]).Select(entry => entry.Key.ToString()).Order(StringComparer.Ordinal),
        used.Distinct().Order(StringComparer.Ordinal));

    private async Task PrepareAsync(params string[] arguments)
    {
        // PostgreSQL does not run as root, which the tests may do.
        string[] user = FileStatus.OwnUserId == 0 ? ["--user", SomeUser] : [];
        var run = await ProgramRun.RunAsync(folder.File("prepare.sh"), [.. arguments, .. user]);
        Assert.True(run.ExitCode == 0, run.Errors);
    }
}
