using Backchannel.Native.Tests.Support.Postgres;

namespace Backchannel.Native.Tests.Support.Platforms;

/// <summary>A test that starts a PostgreSQL server; where none is installed, it is reported as skipped with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute(params string[] programs) => Skip = PostgresServer.Obstacle ?? ProgramOnPath.Obstacle(programs);
}

/// <summary>The same with cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PostgresTheoryAttribute : TheoryAttribute
{
    public PostgresTheoryAttribute(params string[] programs) => Skip = PostgresServer.Obstacle ?? ProgramOnPath.Obstacle(programs);
}
