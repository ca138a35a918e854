using System.Globalization;
using Backchannel.Native.Bus.Storage.Postgres;
using Backchannel.Native.Text;

namespace Backchannel.Native.Tests.Support.Postgres;

/// <summary>A database of a server, with nothing in it at first; dropped when disposed.</summary>
internal sealed class PostgresDatabase(PostgresServer server, string name) : IAsyncDisposable
{
    public string Name => name;

    /// <summary>As <c>serve --db</c> takes it.</summary>
    public string Address => server.AddressOf(name);

    /// <inheritdoc cref="PostgresServer.QueryAsync"/>
    public Task<string> QueryAsync(string sql) => server.QueryAsync(name, sql);

    /// <summary>Makes the tables of a bus, of the newest schema.</summary>
    public async Task CreateSchemaAsync()
    {
        for (var version = 1; version <= PostgresMigrations.Latest; version++)
        {
            await QueryAsync(PackedText.Read(string.Create(CultureInfo.InvariantCulture, $"postgres/{version:0000}.sql")));
        }
    }

    /// <summary>Also ends connections that are still open.</summary>
    public async ValueTask DisposeAsync() => await server.QueryAsync(PostgresServer.Administrator, $"DROP DATABASE {name} WITH (FORCE)");
}
