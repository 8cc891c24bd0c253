"""Who may say what to whom: the four directions, each a union that its reader decodes."""

from signaling.protocol.agent import (
    AcceptOffer,
    AgentAttached,
    AgentChanged,
    AskColleague,
    AskForTargets,
    DeclineOffer,
    EndConsultation,
    EndContact,
    FinishWrapUp,
    HandOver,
    HealthReport,
    HoldContact,
    SetPresence,
    SignedOut,
    SignOut,
    StartConference,
    Targets,
    TransferContact,
)
from signaling.protocol.answers import Draining, Refused, Reply, Superseded
from signaling.protocol.caller import (
    AnswerQuestion,
    CallerAttached,
    CallerChanged,
    ChooseCallback,
    LeaveContact,
    PageLeaving,
)
from signaling.protocol.media import (
    Acknowledge,
    IceRefreshed,
    MediaReport,
    MediaStateChanged,
    RefreshIce,
    SendSignal,
    SignalReceived,
)
from signaling.protocol.supervisor import SupervisorAttached, SupervisorChanged

CallerToServer = (
    LeaveContact
    | ChooseCallback
    | AnswerQuestion
    | PageLeaving
    | SendSignal
    | MediaStateChanged
    | MediaReport
    | Acknowledge
    | RefreshIce
)
"""What a caller's page may say."""

AgentToServer = (
    SetPresence
    | AcceptOffer
    | DeclineOffer
    | EndContact
    | AskForTargets
    | TransferContact
    | HoldContact
    | AskColleague
    | EndConsultation
    | StartConference
    | HandOver
    | FinishWrapUp
    | HealthReport
    | SignOut
    | PageLeaving
    | SendSignal
    | MediaStateChanged
    | MediaReport
    | Acknowledge
    | RefreshIce
)
"""What an agent's page may say."""

ServerToCaller = (
    CallerAttached | CallerChanged | SignalReceived | IceRefreshed | Reply | Refused | Superseded | Draining
)
"""What a caller's page is told."""

ServerToAgent = (
    AgentAttached
    | AgentChanged
    | SignalReceived
    | IceRefreshed
    | Targets
    | Reply
    | Refused
    | Superseded
    | SignedOut
    | Draining
)
"""What an agent's page is told."""

ServerToSupervisor = SupervisorAttached | SupervisorChanged | Refused | SignedOut | Draining
"""What a supervisor's page is told. It says nothing itself: supervisors act by REST."""
