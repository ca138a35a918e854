using Backchannel.Native.Tests.Support.Postgres;

namespace Backchannel.Native.Tests.Support.Buses;

/// <summary>A new database of the engine that the run is about; deleted when disposed.</summary>
/// <remarks>
/// Tests of what both engines have to do alike carry <c>[Trait(TestDatabase.Trait, TestDatabase.Both)]</c>. <c>build.sh test</c> runs these once more
/// with <c>BACKCHANNEL_TEST_ENGINE=postgres</c>.
/// </remarks>
internal sealed class TestDatabase : IDisposable
{
    public const string Trait = "engine";

    public const string Both = "both";

    private readonly TemporaryFolder folder = new();
    private readonly PostgresDatabase? database;

    public TestDatabase()
        : this(IsPostgres)
    {
    }

    /// <param name="isPostgres">Whether it is one of PostgreSQL, whatever the run is about.</param>
    public TestDatabase(bool isPostgres)
    {
        // A test's constructor cannot wait in another way.
        database = isPostgres ? Task.Run(async () => await (await PostgresServer.SharedAsync()).CreateDatabaseAsync()).GetAwaiter().GetResult() : null;
    }

    /// <summary>Whether the run is about PostgreSQL.</summary>
    public static bool IsPostgres { get; } = Environment.GetEnvironmentVariable("BACKCHANNEL_TEST_ENGINE") is "postgres";

    /// <summary>The path of a file that is not there yet, or the address of an empty database of PostgreSQL.</summary>
    public string Path => database?.Address ?? folder.File("bus.db");

    public void Dispose()
    {
        if (database is not null)
        {
            Task.Run(async () => await database.DisposeAsync()).GetAwaiter().GetResult();
        }

        folder.Dispose();
    }
}
