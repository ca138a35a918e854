using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Support.Platforms;

/// <summary>A test about SQLite among those that run on both engines (<see cref="TestDatabase"/>); skipped on the other one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SqliteFactAttribute : FactAttribute
{
    public SqliteFactAttribute() => Skip = Obstacle;

    public static string? Obstacle => TestDatabase.IsPostgres ? "not run: this is about SQLite, and the run is about PostgreSQL" : null;
}

/// <summary>The same with cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SqliteTheoryAttribute : TheoryAttribute
{
    public SqliteTheoryAttribute() => Skip = SqliteFactAttribute.Obstacle;
}
