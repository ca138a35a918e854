using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>All stores over one connection, used by one thread at a time.</summary>
internal sealed class StorageSession
{
    public StorageSession(ISqlConnection connection)
    {
        Connection = connection;
        Keys = new KeyStore(connection);
        Actors = new ActorStore(connection);
        Channels = new ChannelStore(connection);
        Members = new MemberStore(connection);
        AccessRequests = new AccessRequestStore(connection);
        Messages = new MessageStore(connection);
        Claims = new ClaimStore(connection);
        ClaimKeys = new ClaimKeyStore(connection);
        Acks = new AckStore(connection);
        Tasks = new TaskStore(connection);
        Dependencies = new DependencyStore(connection);
        Notes = new NoteStore(connection);
        OwnTasks = new OwnTaskStore(connection);
        Counts = new CountStore(connection);
        Overflow = new OverflowStore(connection, Counts, Messages);
        Archive = new ArchiveStore(connection);
        Answers = new AnswerStore(connection);
        Audit = new AuditStore(connection);
        Events = new EventStore(connection);
        Invitations = new InvitationStore(connection);
        Sessions = new SessionStore(connection);
        Webhooks = new WebhookStore(connection);
        Settings = new SettingStore(connection);
        Files = new FileStore(connection);
        Lanes = new LaneStore(connection);
        TaskLists = new TaskListStore(connection);
        Minutes = new MinuteStore(connection);
        Search = new SearchStore(connection);
        Traces = new TraceStore(connection);
    }

    public ISqlConnection Connection { get; }

    public KeyStore Keys { get; }

    public ActorStore Actors { get; }

    public ChannelStore Channels { get; }

    public MemberStore Members { get; }

    public AccessRequestStore AccessRequests { get; }

    public MessageStore Messages { get; }

    public ClaimStore Claims { get; }

    public ClaimKeyStore ClaimKeys { get; }

    public AckStore Acks { get; }

    public TaskStore Tasks { get; }

    public DependencyStore Dependencies { get; }

    public NoteStore Notes { get; }

    public OwnTaskStore OwnTasks { get; }

    public CountStore Counts { get; }

    public OverflowStore Overflow { get; }

    public ArchiveStore Archive { get; }

    public AnswerStore Answers { get; }

    public AuditStore Audit { get; }

    public EventStore Events { get; }

    public InvitationStore Invitations { get; }

    public SessionStore Sessions { get; }

    public WebhookStore Webhooks { get; }

    public SettingStore Settings { get; }

    public FileStore Files { get; }

    public LaneStore Lanes { get; }

    public TaskListStore TaskLists { get; }

    public MinuteStore Minutes { get; }

    public SearchStore Search { get; }

    public TraceStore Traces { get; }
}
