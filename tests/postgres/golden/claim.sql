WITH due AS /* the due touches of the locked customers, locked */ (
  SELECT touches.id AS id,
  touches.process AS process,
  touches.subject_kind AS subject_kind,
  touches.subject_id AS subject_id,
  touches.anchor_at AS anchor_at,
  touches.step AS step,
  touches.kind AS kind,
  touches.purpose AS purpose,
  touches.priority AS priority,
  touches.obligation AS obligation,
  touches.works_holidays AS works_holidays,
  touches.store_id AS store_id,
  touches.customer_id AS customer_id,
  touches.policy_version_id AS policy_version_id,
  touches.template_version_id AS template_version_id,
  touches.channels AS channels,
  touches.conditions AS conditions,
  touches.role AS role,
  touches.approval AS approval,
  touches.effects AS effects,
  touches.series AS series,
  touches.due_at AS due_at,
  touches.valid_until AS valid_until,
  touches.not_before AS not_before,
  touches.state AS state,
  touches.state_at AS state_at,
  touches.gate AS gate,
  touches.reason AS reason,
  touches.reason_figures AS reason_figures,
  touches.figures AS figures,
  touches.planned_at AS planned_at,
  touches.planned_by AS planned_by,
  touches.approved_at AS approved_at,
  touches.approved_by AS approved_by,
  touches.claimed_by AS claimed_by,
  touches.contacted_at AS contacted_at,
  touches.channel AS channel,
  touches.contact_point_id AS contact_point_id,
  touches.resendable AS resendable,
  touches.attempts AS attempts,
  touches.provider AS provider,
  touches.message_id AS message_id,
  touches.merged_into AS merged_into,
  touches.subject_line AS subject_line,
  touches.body AS body,
  touches.delivered_at AS delivered_at,
  touches.assigned_to AS assigned_to,
  touches.owner_until AS owner_until,
  touches.held_by AS held_by,
  touches.held_until AS held_until,
  touches.outcome AS outcome,
  CASE
  WHEN (NULL IS NOT NULL) THEN touches.policy_version_id = ANY (NULL)
  WHEN (NULL IS NULL) THEN touches.process != 'campaigns'
  ELSE touches.process = NULL END AS mine,
  CASE
  WHEN (touches.process = 'campaigns') THEN (
    SELECT campaign_variants.campaign_id
    FROM campaign_variants
    WHERE campaign_variants.policy_version_id = touches.policy_version_id
  ) END AS campaign_id
  FROM touches
  WHERE touches.customer_id IN (
    SELECT CAST(each_of_customers AS BIGINT) AS each_of_customers
    FROM jsonb_array_elements_text(:customers) AS each_of_customers
  )
  AND coalesce(touches.state = 'planned', FALSE)
  AND coalesce(touches.not_before <= :now, FALSE)
  FOR UPDATE OF touches SKIP LOCKED
),
anon_13 AS MATERIALIZED /* the tolerances of the policy versions that touches were planned under */ (
  SELECT policy_versions.id AS id,
  policy_versions.body #> '{rules, tolerance}' AS value
  FROM policy_versions
  WHERE policy_versions.id IN (
    SELECT due.policy_version_id FROM due WHERE coalesce(due.subject_kind = 'account', FALSE)
  )
),
anon_8 AS /* the accounts looked at, with their day and tolerances */ (
  SELECT accounts.id AS account_id,
  accounts.store_id AS store_id,
  accounts.customer_id AS customer_id,
  accounts.key AS account,
  stores.today AS today,
  anon_12.policy_version_id AS policy_version_id,
  (SELECT anon_13.value FROM anon_13 WHERE anon_13.id = anon_12.policy_version_id) AS tolerance
  FROM accounts
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :now) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = accounts.store_id
  JOIN (
    SELECT DISTINCT due.subject_id AS subject_id,
    due.policy_version_id AS policy_version_id
    FROM due
    WHERE coalesce(due.subject_kind = 'account', FALSE)
  ) AS anon_12 ON anon_12.subject_id = accounts.id
),
anon_14 AS /* the invoices and credit notes known on the day, with what was paid on each */ (
  SELECT anon_8.account_id AS account_id,
  anon_8.policy_version_id AS policy_version_id,
  invoices.id AS invoice_id,
  invoices.key AS number,
  invoices.kind AS kind,
  invoices.salesperson_id AS salesperson_id,
  invoices.currency AS currency,
  invoices.due_on AS due_on,
  CASE
  WHEN (
    CASE
    WHEN (
      CASE
      WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
        SELECT max(payments.paid_on) AS max_1
        FROM payments
        WHERE payments.invoice_id = invoices.id
        AND payments.currency = invoices.currency
      )
      ELSE invoices.status_on END IS NULL
      OR CASE
      WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
        SELECT max(payments.paid_on) AS max_1
        FROM payments
        WHERE payments.invoice_id = invoices.id
        AND payments.currency = invoices.currency
      )
      ELSE invoices.status_on END <= anon_8.today
    ) THEN invoices.status
    ELSE 'open' END = 'void'
  ) THEN 0
  ELSE invoices.amount END AS amount,
  CASE
  WHEN (
    CASE
    WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
      SELECT max(payments.paid_on) AS max_1
      FROM payments
      WHERE payments.invoice_id = invoices.id
      AND payments.currency = invoices.currency
    )
    ELSE invoices.status_on END IS NULL
    OR CASE
    WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
      SELECT max(payments.paid_on) AS max_1
      FROM payments
      WHERE payments.invoice_id = invoices.id
      AND payments.currency = invoices.currency
    )
    ELSE invoices.status_on END <= anon_8.today
  ) THEN invoices.status
  ELSE 'open' END = 'open'
  AND NOT (
    EXISTS (
      SELECT :param AS anon_16
      FROM account_arrangements
      WHERE account_arrangements.invoice_id = invoices.id
      AND account_arrangements.starts_on <= anon_8.today
      AND account_arrangements.ends_on >= anon_8.today
      AND (
        account_arrangements.ended_on IS NULL OR account_arrangements.ended_on > anon_8.today
      )
    )
  ) AS chased,
  CASE
  WHEN (
    CASE
    WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
      SELECT max(payments.paid_on) AS max_1
      FROM payments
      WHERE payments.invoice_id = invoices.id
      AND payments.currency = invoices.currency
    )
    ELSE invoices.status_on END IS NULL
    OR CASE
    WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
      SELECT max(payments.paid_on) AS max_1
      FROM payments
      WHERE payments.invoice_id = invoices.id
      AND payments.currency = invoices.currency
    )
    ELSE invoices.status_on END <= anon_8.today
  ) THEN invoices.status
  ELSE 'open' END = 'disputed'
  OR (
    EXISTS (
      SELECT :param AS anon_17
      FROM account_arrangements
      WHERE account_arrangements.invoice_id = invoices.id
      AND account_arrangements.starts_on <= anon_8.today
      AND account_arrangements.ends_on >= anon_8.today
      AND (
        account_arrangements.ended_on IS NULL OR account_arrangements.ended_on > anon_8.today
      )
    )
  ) AS contested,
  (
    SELECT coalesce(sum(payments.amount), 0) AS coalesce_13
    FROM payments
    WHERE payments.invoice_id = invoices.id
    AND payments.currency = invoices.currency
    AND payments.paid_on <= anon_8.today
  ) AS paid,
  coalesce(CAST(anon_8.tolerance ->> invoices.currency AS NUMERIC(14, 2)), 0) AS tolerated
  FROM invoices
  JOIN anon_8 ON anon_8.account_id = invoices.account_id
  WHERE invoices.issued_on IS NULL
  OR invoices.issued_on <= anon_8.today
),
anon_15 AS /* per account and currency: payments on account, credit notes, overpayments */ (
  SELECT credits.account_id AS account_id,
  credits.policy_version_id AS policy_version_id,
  credits.currency AS currency,
  sum(credits.amount) AS amount
  FROM (
    SELECT anon_8.account_id AS account_id,
    anon_8.policy_version_id AS policy_version_id,
    payments.currency AS currency,
    payments.amount AS amount
    FROM anon_8
    JOIN payments ON anon_8.account_id = payments.account_id
    WHERE payments.invoice_id IS NULL
    AND payments.paid_on <= anon_8.today
    UNION ALL
    SELECT anon_14.account_id AS account_id,
    anon_14.policy_version_id AS policy_version_id,
    anon_14.currency AS currency,
    anon_14.amount AS amount
    FROM anon_14
    WHERE anon_14.kind = 'credit-note'
    AND anon_14.chased
    UNION ALL
    SELECT anon_14.account_id AS account_id,
    anon_14.policy_version_id AS policy_version_id,
    anon_14.currency AS currency,
    anon_14.paid - anon_14.amount AS amount
    FROM anon_14
    WHERE anon_14.kind = 'invoice'
    AND anon_14.paid > anon_14.amount
  ) AS credits
  GROUP BY credits.account_id,
  credits.policy_version_id,
  credits.currency
),
anon_9 AS /* per account: the invoices that are chased, and their totals */ (
  SELECT listed.account_id AS account_id,
  listed.policy_version_id AS policy_version_id,
  min(listed.due_on) AS oldest_due,
  bool_or(listed.above) AS owes,
  jsonb_object_agg(listed.currency, CAST(listed.total AS TEXT)) AS totals,
  jsonb_agg(
    jsonb_build_object(
      'number', listed.number, 'due_on', listed.due_on, 'open', CAST(listed.open AS TEXT), 'currency', listed.currency
    )
    ORDER BY listed.due_on,
    listed.number
  ) AS invoices
  FROM (
    SELECT balances.account_id AS account_id,
    balances.policy_version_id AS policy_version_id,
    balances.number AS number,
    balances.salesperson_id AS salesperson_id,
    balances.currency AS currency,
    balances.due_on AS due_on,
    balances.tolerated AS tolerated,
    balances.open AS open,
    balances.total AS total,
    balances.total > balances.tolerated AS above,
    (balances.total > balances.tolerated) = bool_or(balances.total > balances.tolerated) OVER (PARTITION BY balances.account_id, balances.policy_version_id) AS listed
    FROM (
      SELECT open_invoices.account_id AS account_id,
      open_invoices.policy_version_id AS policy_version_id,
      open_invoices.number AS number,
      open_invoices.salesperson_id AS salesperson_id,
      open_invoices.currency AS currency,
      open_invoices.due_on AS due_on,
      open_invoices.tolerated AS tolerated,
      open_invoices.open AS open,
      sum(open_invoices.open) OVER (
        PARTITION BY open_invoices.account_id, open_invoices.policy_version_id, open_invoices.currency
      ) AS total
      FROM (
        SELECT anon_14.account_id AS account_id,
        anon_14.policy_version_id AS policy_version_id,
        anon_14.number AS number,
        anon_14.salesperson_id AS salesperson_id,
        anon_14.currency AS currency,
        anon_14.due_on AS due_on,
        anon_14.tolerated AS tolerated,
        least(
          anon_14.amount - anon_14.paid,
          greatest(
            sum(anon_14.amount - anon_14.paid) OVER (
              PARTITION BY anon_14.account_id,
              anon_14.policy_version_id,
              anon_14.currency
              ORDER BY anon_14.due_on,
              anon_14.invoice_id
            ) - coalesce(anon_15.amount, 0),
            0
          )
        ) AS open
        FROM anon_14
        LEFT OUTER JOIN anon_15 ON anon_15.account_id = anon_14.account_id
        AND anon_15.policy_version_id = anon_14.policy_version_id
        AND anon_15.currency = anon_14.currency
        WHERE anon_14.kind = 'invoice'
        AND anon_14.chased
        AND anon_14.amount > anon_14.paid
      ) AS open_invoices
      WHERE open_invoices.open > 0
    ) AS balances
  ) AS listed
  WHERE listed.listed
  GROUP BY listed.account_id,
  listed.policy_version_id
),
anon_11 AS MATERIALIZED /* per account: the latest promise to pay, and whether it was kept */ (
  SELECT DISTINCT ON (anon_8.account_id, anon_8.policy_version_id) anon_8.account_id AS account_id,
  anon_8.policy_version_id AS policy_version_id,
  promises.id AS promise_id,
  promises.made_on AS made_on,
  promises.promised_for AS promised_for,
  coalesce(
    promises.amount <= (
      SELECT coalesce(sum(payments.amount), 0) AS coalesce_14
      FROM payments
      WHERE payments.account_id = promises.account_id
      AND payments.currency = promises.currency
      AND payments.paid_on BETWEEN promises.made_on
      AND least(promises.promised_for, anon_8.today)
    ),
    FALSE
  ) AS kept,
  promises.promised_for >= anon_8.today AS running
  FROM promises
  JOIN anon_8 ON anon_8.account_id = promises.account_id
  WHERE promises.made_on <= anon_8.today
  ORDER BY anon_8.account_id,
  anon_8.policy_version_id,
  promises.made_on DESC,
  promises.promised_for DESC,
  promises.id DESC
),
anon_10 AS MATERIALIZED /* per account: the arrangement for which chasing waits */ (
  SELECT DISTINCT ON (anon_8.account_id, anon_8.policy_version_id) anon_8.account_id AS account_id,
  anon_8.policy_version_id AS policy_version_id,
  account_arrangements.kind AS arranged,
  account_arrangements.ends_on AS arranged_until
  FROM anon_8
  JOIN account_arrangements ON account_arrangements.account_id = anon_8.account_id
  WHERE account_arrangements.invoice_id IS NULL
  AND account_arrangements.starts_on <= anon_8.today
  AND account_arrangements.ends_on >= anon_8.today
  AND (
    account_arrangements.ended_on IS NULL OR account_arrangements.ended_on > anon_8.today
  )
  AND (
    account_arrangements.kind != 'instalments'
    OR (
      SELECT coalesce(sum(payments.amount), :coalesce) AS coalesce_16
      FROM payments
      WHERE payments.account_id = account_arrangements.account_id
      AND payments.currency = account_arrangements.currency
      AND payments.paid_on BETWEEN account_arrangements.starts_on
      AND anon_8.today
    ) >= (
      SELECT coalesce(sum(account_instalments.amount), :coalesce) AS coalesce_18
      FROM account_instalments
      WHERE account_instalments.arrangement_id = account_arrangements.id
      AND account_instalments.due_on < anon_8.today
    )
  )
  ORDER BY anon_8.account_id,
  anon_8.policy_version_id,
  account_arrangements.ends_on DESC,
  account_arrangements.id DESC
),
account_once AS MATERIALIZED /* the facts of each account that a touch is about */ (
  SELECT anon_8.account_id AS subject_id,
  anon_8.policy_version_id AS policy_version_id,
  anon_8.store_id AS store_id,
  anon_8.customer_id AS customer_id,
  stores.time_zone AS time_zone,
  coalesce(own_languages.language, stores.language) AS language,
  stores.today AS today,
  customers.name AS customer,
  customers.salutation AS salutation,
  stores.name AS store,
  stores.phone AS store_phone,
  timezone(stores.time_zone, anon_9.oldest_due + '00:00:00') AS anchor_at,
  anon_8.account AS account,
  anon_9.oldest_due AS oldest_due,
  coalesce(anon_9.owes, FALSE) AS owes,
  anon_9.totals AS totals,
  anon_9.invoices AS invoices,
  anon_10.arranged AS arranged,
  anon_11.promised_for AS promised_for,
  coalesce(anon_11.running, FALSE)
  AND NOT anon_11.kept AS promise_running,
  CASE
  WHEN (
    NOT anon_11.kept AND NOT anon_11.running AND anon_11.promised_for >= anon_9.oldest_due
  ) THEN anon_11.promise_id END AS broken_promise_id,
  CASE
  WHEN (
    NOT anon_11.kept AND NOT anon_11.running AND anon_11.promised_for >= anon_9.oldest_due
  ) THEN CAST(anon_11.promised_for + :param AS DATE) END AS resumes_on,
  CASE
  WHEN (
    NOT anon_11.kept AND NOT anon_11.running AND anon_11.promised_for >= anon_9.oldest_due
  ) THEN anon_11.made_on - anon_9.oldest_due END AS reached_days
  FROM anon_8
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :now) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = anon_8.store_id
  LEFT OUTER JOIN (
    SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
  ) AS own_languages ON own_languages.id = anon_8.customer_id
  LEFT OUTER JOIN customers ON customers.id = anon_8.customer_id
  LEFT OUTER JOIN anon_9 ON anon_9.account_id = anon_8.account_id
  AND anon_9.policy_version_id = anon_8.policy_version_id
  LEFT OUTER JOIN anon_11 ON anon_11.account_id = anon_8.account_id
  AND anon_11.policy_version_id = anon_8.policy_version_id
  LEFT OUTER JOIN anon_10 ON anon_10.account_id = anon_8.account_id
  AND anon_10.policy_version_id = anon_8.policy_version_id
),
handover_once AS MATERIALIZED /* the facts of each handover that a touch is about */ (
  SELECT handovers.id AS subject_id,
  handovers.store_id AS store_id,
  handovers.customer_id AS customer_id,
  stores.time_zone AS time_zone,
  coalesce(own_languages.language, stores.language) AS language,
  stores.today AS today,
  customers.name AS customer,
  customers.salutation AS salutation,
  stores.name AS store,
  stores.phone AS store_phone,
  handovers.handed_over_on AS day,
  timezone(stores.time_zone, handovers.handed_over_on + '00:00:00') AS anchor_at,
  coalesce(disposed.disposed_on <= stores.today, FALSE)
  OR (
    EXISTS (
      SELECT :param AS anon_19
      FROM handovers AS handovers_1
      WHERE handovers_1.vehicle_id = handovers.vehicle_id
      AND handovers_1.customer_id != handovers.customer_id
      AND handovers_1.handed_over_on > handovers.handed_over_on
      AND handovers_1.handed_over_on <= stores.today
    )
  ) AS sold,
  nullif(concat_ws(' ', coalesce(vehicles.model, vehicles.make), vehicles.plate), '') AS vehicle
  FROM handovers
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :now) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = handovers.store_id
  LEFT OUTER JOIN (
    SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
  ) AS own_languages ON own_languages.id = handovers.customer_id
  LEFT OUTER JOIN customers ON customers.id = handovers.customer_id
  LEFT OUTER JOIN (
    SELECT vehicles.id AS id, vehicles.disposed_on AS disposed_on FROM vehicles WHERE vehicles.disposed_on IS NOT NULL
  ) AS disposed ON disposed.id = handovers.vehicle_id
  LEFT OUTER JOIN vehicles ON vehicles.id = handovers.vehicle_id
  WHERE handovers.id IN (
    SELECT due.subject_id FROM due WHERE coalesce(due.subject_kind = 'handover', FALSE)
  )
),
facts AS /* what the facts say of each due touch now */ (
  SELECT due.id AS touch_id,
  due.state AS state,
  coalesce(
    CASE
    WHEN CASE
    WHEN (due.series IS NOT NULL) THEN EXISTS (
      SELECT :param AS anon_7
      FROM touches AS earlier
      WHERE earlier.process = due.process
      AND earlier.subject_kind = 'account'
      AND earlier.step = due.step
      AND earlier.subject_id = due.subject_id
      AND earlier.anchor_at != due.anchor_at
      AND earlier.due_at < due.due_at
      AND earlier.valid_until > due.due_at
      AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
    )
    ELSE FALSE END THEN 'earlier-occurrence-open'
    ELSE CASE
    WHEN ('still-owes' = ANY (due.conditions) AND account_now.oldest_due IS NULL) THEN 'nothing-owed'
    WHEN ('still-owes' = ANY (due.conditions) AND NOT account_now.owes) THEN 'within-tolerance'
    WHEN (
      'still-owes' = ANY (due.conditions) AND coalesce(account_now.arranged = 'dispute', FALSE)
    ) THEN 'account-disputed'
    WHEN (
      'still-owes' = ANY (due.conditions) AND coalesce(account_now.arranged = 'block', FALSE)
    ) THEN 'chasing-blocked'
    WHEN (
      'still-owes' = ANY (due.conditions) AND coalesce(account_now.arranged = 'instalments', FALSE)
    ) THEN 'instalments-running'
    WHEN ('no-promise' = ANY (due.conditions) AND account_now.promise_running) THEN 'promise-running' END END IS NULL
    AND CASE
    WHEN (due.series IS NOT NULL) THEN NOT (
      coalesce(
        (
          CAST(
            (
              (
                EXTRACT(year FROM timezone(account_now.time_zone, due.anchor_at)) - EXTRACT(year FROM timezone(account_now.time_zone, account_now.anchor_at))
              ) * :param + EXTRACT(month FROM timezone(account_now.time_zone, due.anchor_at))
            ) - EXTRACT(month FROM timezone(account_now.time_zone, account_now.anchor_at)) AS INTEGER
          ) - CASE
          WHEN (
            CAST((due.series ->> 'next_day') AS BOOLEAN)
            AND EXTRACT(day FROM timezone(account_now.time_zone, due.anchor_at)) < EXTRACT(day FROM timezone(account_now.time_zone, account_now.anchor_at))
          ) THEN :param
          ELSE :param END
        ) / nullif(CAST((due.series ->> 'months') AS INTEGER), :nullif),
        (
          CAST(timezone(account_now.time_zone, due.anchor_at) AS DATE) - CAST(timezone(account_now.time_zone, account_now.anchor_at) AS DATE)
        ) / nullif(CAST((due.series ->> 'days') AS INTEGER), :nullif)
      ) >= :coalesce
      AND CASE
      WHEN (
        coalesce(
          (
            CAST(
              (
                (
                  EXTRACT(year FROM timezone(account_now.time_zone, due.anchor_at)) - EXTRACT(
                    year FROM timezone(account_now.time_zone, account_now.anchor_at)
                  )
                ) * :param + EXTRACT(month FROM timezone(account_now.time_zone, due.anchor_at))
              ) - EXTRACT(month FROM timezone(account_now.time_zone, account_now.anchor_at)) AS INTEGER
            ) - CASE
            WHEN (
              CAST((due.series ->> 'next_day') AS BOOLEAN)
              AND EXTRACT(day FROM timezone(account_now.time_zone, due.anchor_at)) < EXTRACT(day FROM timezone(account_now.time_zone, account_now.anchor_at))
            ) THEN :param
            ELSE :param END
          ) / nullif(CAST((due.series ->> 'months') AS INTEGER), :nullif),
          (
            CAST(timezone(account_now.time_zone, due.anchor_at) AS DATE) - CAST(timezone(account_now.time_zone, account_now.anchor_at) AS DATE)
          ) / nullif(CAST((due.series ->> 'days') AS INTEGER), :nullif)
        ) = :coalesce
      ) THEN account_now.anchor_at
      ELSE timezone(
        account_now.time_zone,
        timezone(account_now.time_zone, account_now.anchor_at) + make_interval(
          :make_interval,
          coalesce(
            (
              CAST(
                (
                  (
                    EXTRACT(year FROM timezone(account_now.time_zone, due.anchor_at)) - EXTRACT(
                      year FROM timezone(account_now.time_zone, account_now.anchor_at)
                    )
                  ) * :param + EXTRACT(month FROM timezone(account_now.time_zone, due.anchor_at))
                ) - EXTRACT(
                  month FROM timezone(account_now.time_zone, account_now.anchor_at)
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((due.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(day FROM timezone(account_now.time_zone, due.anchor_at)) < EXTRACT(day FROM timezone(account_now.time_zone, account_now.anchor_at))
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((due.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(timezone(account_now.time_zone, due.anchor_at) AS DATE) - CAST(timezone(account_now.time_zone, account_now.anchor_at) AS DATE)
            ) / nullif(CAST((due.series ->> 'days') AS INTEGER), :nullif)
          ) * CAST((due.series ->> 'months') AS INTEGER),
          :make_interval,
          coalesce(
            (
              CAST(
                (
                  (
                    EXTRACT(year FROM timezone(account_now.time_zone, due.anchor_at)) - EXTRACT(
                      year FROM timezone(account_now.time_zone, account_now.anchor_at)
                    )
                  ) * :param + EXTRACT(month FROM timezone(account_now.time_zone, due.anchor_at))
                ) - EXTRACT(
                  month FROM timezone(account_now.time_zone, account_now.anchor_at)
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((due.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(day FROM timezone(account_now.time_zone, due.anchor_at)) < EXTRACT(day FROM timezone(account_now.time_zone, account_now.anchor_at))
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((due.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(timezone(account_now.time_zone, due.anchor_at) AS DATE) - CAST(timezone(account_now.time_zone, account_now.anchor_at) AS DATE)
            ) / nullif(CAST((due.series ->> 'days') AS INTEGER), :nullif)
          ) * CAST((due.series ->> 'days') AS INTEGER)
        ) + CASE
        WHEN (
          CAST((due.series ->> 'next_day') AS BOOLEAN)
          AND CAST((due.series ->> 'months') AS INTEGER) > :param
          AND EXTRACT(
            day
            FROM timezone(account_now.time_zone, account_now.anchor_at) + make_interval(
              :make_interval,
              coalesce(
                (
                  CAST(
                    (
                      (
                        EXTRACT(year FROM timezone(account_now.time_zone, due.anchor_at)) - EXTRACT(
                          year FROM timezone(account_now.time_zone, account_now.anchor_at)
                        )
                      ) * :param + EXTRACT(month FROM timezone(account_now.time_zone, due.anchor_at))
                    ) - EXTRACT(
                      month FROM timezone(account_now.time_zone, account_now.anchor_at)
                    ) AS INTEGER
                  ) - CASE
                  WHEN (
                    CAST((due.series ->> 'next_day') AS BOOLEAN)
                    AND EXTRACT(day FROM timezone(account_now.time_zone, due.anchor_at)) < EXTRACT(
                      day FROM timezone(account_now.time_zone, account_now.anchor_at)
                    )
                  ) THEN :param
                  ELSE :param END
                ) / nullif(CAST((due.series ->> 'months') AS INTEGER), :nullif),
                (
                  CAST(timezone(account_now.time_zone, due.anchor_at) AS DATE) - CAST(timezone(account_now.time_zone, account_now.anchor_at) AS DATE)
                ) / nullif(CAST((due.series ->> 'days') AS INTEGER), :nullif)
              ) * CAST((due.series ->> 'months') AS INTEGER),
              :make_interval,
              coalesce(
                (
                  CAST(
                    (
                      (
                        EXTRACT(year FROM timezone(account_now.time_zone, due.anchor_at)) - EXTRACT(
                          year FROM timezone(account_now.time_zone, account_now.anchor_at)
                        )
                      ) * :param + EXTRACT(month FROM timezone(account_now.time_zone, due.anchor_at))
                    ) - EXTRACT(
                      month FROM timezone(account_now.time_zone, account_now.anchor_at)
                    ) AS INTEGER
                  ) - CASE
                  WHEN (
                    CAST((due.series ->> 'next_day') AS BOOLEAN)
                    AND EXTRACT(day FROM timezone(account_now.time_zone, due.anchor_at)) < EXTRACT(
                      day FROM timezone(account_now.time_zone, account_now.anchor_at)
                    )
                  ) THEN :param
                  ELSE :param END
                ) / nullif(CAST((due.series ->> 'months') AS INTEGER), :nullif),
                (
                  CAST(timezone(account_now.time_zone, due.anchor_at) AS DATE) - CAST(timezone(account_now.time_zone, account_now.anchor_at) AS DATE)
                ) / nullif(CAST((due.series ->> 'days') AS INTEGER), :nullif)
              ) * CAST((due.series ->> 'days') AS INTEGER)
            )
          ) < EXTRACT(day FROM timezone(account_now.time_zone, account_now.anchor_at))
        ) THEN '1 day, 0:00:00'
        ELSE '0:00:00' END
      ) END = due.anchor_at
    )
    ELSE due.anchor_at != account_now.anchor_at END,
    FALSE
  ) AS moved,
  CASE
  WHEN (account_now.subject_id IS NULL) THEN 'subject-gone'
  ELSE CAST(
    CASE
    WHEN CASE
    WHEN (due.series IS NOT NULL) THEN EXISTS (
      SELECT :param AS anon_7
      FROM touches AS earlier
      WHERE earlier.process = due.process
      AND earlier.subject_kind = 'account'
      AND earlier.step = due.step
      AND earlier.subject_id = due.subject_id
      AND earlier.anchor_at != due.anchor_at
      AND earlier.due_at < due.due_at
      AND earlier.valid_until > due.due_at
      AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
    )
    ELSE FALSE END THEN 'earlier-occurrence-open'
    ELSE CASE
    WHEN ('still-owes' = ANY (due.conditions) AND account_now.oldest_due IS NULL) THEN 'nothing-owed'
    WHEN ('still-owes' = ANY (due.conditions) AND NOT account_now.owes) THEN 'within-tolerance'
    WHEN (
      'still-owes' = ANY (due.conditions) AND coalesce(account_now.arranged = 'dispute', FALSE)
    ) THEN 'account-disputed'
    WHEN (
      'still-owes' = ANY (due.conditions) AND coalesce(account_now.arranged = 'block', FALSE)
    ) THEN 'chasing-blocked'
    WHEN (
      'still-owes' = ANY (due.conditions) AND coalesce(account_now.arranged = 'instalments', FALSE)
    ) THEN 'instalments-running'
    WHEN ('no-promise' = ANY (due.conditions) AND account_now.promise_running) THEN 'promise-running' END END AS TEXT
  ) END AS gone,
  due.valid_until <= :now AS passed,
  jsonb_build_object(
    'totals',
    account_now.totals,
    'oldest_due',
    account_now.oldest_due,
    'invoices',
    account_now.invoices,
    'promised_for',
    account_now.promised_for
  ) AS figures
  FROM due
  JOIN policy_versions ON policy_versions.id = due.policy_version_id
  LEFT OUTER JOIN (
    SELECT account_once.subject_id AS subject_id,
    account_once.policy_version_id AS policy_version_id,
    account_once.store_id AS store_id,
    account_once.customer_id AS customer_id,
    account_once.time_zone AS time_zone,
    account_once.language AS language,
    account_once.today AS today,
    account_once.customer AS customer,
    account_once.salutation AS salutation,
    account_once.store AS store,
    account_once.store_phone AS store_phone,
    account_once.anchor_at AS anchor_at,
    account_once.account AS account,
    account_once.oldest_due AS oldest_due,
    account_once.owes AS owes,
    account_once.totals AS totals,
    account_once.invoices AS invoices,
    account_once.arranged AS arranged,
    account_once.promised_for AS promised_for,
    account_once.promise_running AS promise_running,
    account_once.broken_promise_id AS broken_promise_id,
    account_once.resumes_on AS resumes_on,
    account_once.reached_days AS reached_days
    FROM account_once
  ) AS account_now ON account_now.subject_id = due.subject_id
  AND account_now.policy_version_id = due.policy_version_id
  WHERE coalesce(due.subject_kind = 'account', FALSE)
  UNION ALL
  SELECT due.id AS touch_id,
  due.state AS state,
  coalesce(
    CASE
    WHEN CASE
    WHEN (due.series IS NOT NULL) THEN EXISTS (
      SELECT :param AS anon_18
      FROM touches AS earlier
      WHERE earlier.process = due.process
      AND earlier.subject_kind = 'handover'
      AND earlier.step = due.step
      AND earlier.subject_id = due.subject_id
      AND earlier.anchor_at != due.anchor_at
      AND earlier.due_at < due.due_at
      AND earlier.valid_until > due.due_at
      AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
    )
    ELSE FALSE END THEN 'earlier-occurrence-open'
    ELSE CASE
    WHEN (handover_now.day > handover_now.today) THEN 'not-happened-yet'
    WHEN ('vehicle-kept' = ANY (due.conditions) AND handover_now.sold) THEN 'vehicle-sold' END END IS NULL
    AND CASE
    WHEN (due.series IS NOT NULL) THEN NOT (
      coalesce(
        (
          CAST(
            (
              (
                EXTRACT(year FROM timezone(handover_now.time_zone, due.anchor_at)) - EXTRACT(
                  year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                )
              ) * :param + EXTRACT(month FROM timezone(handover_now.time_zone, due.anchor_at))
            ) - EXTRACT(month FROM timezone(handover_now.time_zone, handover_now.anchor_at)) AS INTEGER
          ) - CASE
          WHEN (
            CAST((due.series ->> 'next_day') AS BOOLEAN)
            AND EXTRACT(day FROM timezone(handover_now.time_zone, due.anchor_at)) < EXTRACT(day FROM timezone(handover_now.time_zone, handover_now.anchor_at))
          ) THEN :param
          ELSE :param END
        ) / nullif(CAST((due.series ->> 'months') AS INTEGER), :nullif),
        (
          CAST(timezone(handover_now.time_zone, due.anchor_at) AS DATE) - CAST(timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE)
        ) / nullif(CAST((due.series ->> 'days') AS INTEGER), :nullif)
      ) >= :coalesce
      AND CASE
      WHEN (
        coalesce(
          (
            CAST(
              (
                (
                  EXTRACT(year FROM timezone(handover_now.time_zone, due.anchor_at)) - EXTRACT(
                    year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                  )
                ) * :param + EXTRACT(month FROM timezone(handover_now.time_zone, due.anchor_at))
              ) - EXTRACT(
                month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
              ) AS INTEGER
            ) - CASE
            WHEN (
              CAST((due.series ->> 'next_day') AS BOOLEAN)
              AND EXTRACT(day FROM timezone(handover_now.time_zone, due.anchor_at)) < EXTRACT(day FROM timezone(handover_now.time_zone, handover_now.anchor_at))
            ) THEN :param
            ELSE :param END
          ) / nullif(CAST((due.series ->> 'months') AS INTEGER), :nullif),
          (
            CAST(timezone(handover_now.time_zone, due.anchor_at) AS DATE) - CAST(timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE)
          ) / nullif(CAST((due.series ->> 'days') AS INTEGER), :nullif)
        ) = :coalesce
      ) THEN handover_now.anchor_at
      ELSE timezone(
        handover_now.time_zone,
        timezone(handover_now.time_zone, handover_now.anchor_at) + make_interval(
          :make_interval,
          coalesce(
            (
              CAST(
                (
                  (
                    EXTRACT(year FROM timezone(handover_now.time_zone, due.anchor_at)) - EXTRACT(
                      year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                    )
                  ) * :param + EXTRACT(month FROM timezone(handover_now.time_zone, due.anchor_at))
                ) - EXTRACT(
                  month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((due.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(day FROM timezone(handover_now.time_zone, due.anchor_at)) < EXTRACT(
                  day FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                )
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((due.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(timezone(handover_now.time_zone, due.anchor_at) AS DATE) - CAST(timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE)
            ) / nullif(CAST((due.series ->> 'days') AS INTEGER), :nullif)
          ) * CAST((due.series ->> 'months') AS INTEGER),
          :make_interval,
          coalesce(
            (
              CAST(
                (
                  (
                    EXTRACT(year FROM timezone(handover_now.time_zone, due.anchor_at)) - EXTRACT(
                      year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                    )
                  ) * :param + EXTRACT(month FROM timezone(handover_now.time_zone, due.anchor_at))
                ) - EXTRACT(
                  month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((due.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(day FROM timezone(handover_now.time_zone, due.anchor_at)) < EXTRACT(
                  day FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                )
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((due.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(timezone(handover_now.time_zone, due.anchor_at) AS DATE) - CAST(timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE)
            ) / nullif(CAST((due.series ->> 'days') AS INTEGER), :nullif)
          ) * CAST((due.series ->> 'days') AS INTEGER)
        ) + CASE
        WHEN (
          CAST((due.series ->> 'next_day') AS BOOLEAN)
          AND CAST((due.series ->> 'months') AS INTEGER) > :param
          AND EXTRACT(
            day
            FROM timezone(handover_now.time_zone, handover_now.anchor_at) + make_interval(
              :make_interval,
              coalesce(
                (
                  CAST(
                    (
                      (
                        EXTRACT(
                          year FROM timezone(handover_now.time_zone, due.anchor_at)
                        ) - EXTRACT(
                          year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                        )
                      ) * :param + EXTRACT(month FROM timezone(handover_now.time_zone, due.anchor_at))
                    ) - EXTRACT(
                      month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                    ) AS INTEGER
                  ) - CASE
                  WHEN (
                    CAST((due.series ->> 'next_day') AS BOOLEAN)
                    AND EXTRACT(day FROM timezone(handover_now.time_zone, due.anchor_at)) < EXTRACT(
                      day FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                    )
                  ) THEN :param
                  ELSE :param END
                ) / nullif(CAST((due.series ->> 'months') AS INTEGER), :nullif),
                (
                  CAST(timezone(handover_now.time_zone, due.anchor_at) AS DATE) - CAST(
                    timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE
                  )
                ) / nullif(CAST((due.series ->> 'days') AS INTEGER), :nullif)
              ) * CAST((due.series ->> 'months') AS INTEGER),
              :make_interval,
              coalesce(
                (
                  CAST(
                    (
                      (
                        EXTRACT(
                          year FROM timezone(handover_now.time_zone, due.anchor_at)
                        ) - EXTRACT(
                          year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                        )
                      ) * :param + EXTRACT(month FROM timezone(handover_now.time_zone, due.anchor_at))
                    ) - EXTRACT(
                      month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                    ) AS INTEGER
                  ) - CASE
                  WHEN (
                    CAST((due.series ->> 'next_day') AS BOOLEAN)
                    AND EXTRACT(day FROM timezone(handover_now.time_zone, due.anchor_at)) < EXTRACT(
                      day FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                    )
                  ) THEN :param
                  ELSE :param END
                ) / nullif(CAST((due.series ->> 'months') AS INTEGER), :nullif),
                (
                  CAST(timezone(handover_now.time_zone, due.anchor_at) AS DATE) - CAST(
                    timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE
                  )
                ) / nullif(CAST((due.series ->> 'days') AS INTEGER), :nullif)
              ) * CAST((due.series ->> 'days') AS INTEGER)
            )
          ) < EXTRACT(day FROM timezone(handover_now.time_zone, handover_now.anchor_at))
        ) THEN '1 day, 0:00:00'
        ELSE '0:00:00' END
      ) END = due.anchor_at
    )
    ELSE due.anchor_at != handover_now.anchor_at END,
    FALSE
  ) AS moved,
  CASE
  WHEN (handover_now.subject_id IS NULL) THEN 'subject-gone'
  ELSE CAST(
    CASE
    WHEN CASE
    WHEN (due.series IS NOT NULL) THEN EXISTS (
      SELECT :param AS anon_18
      FROM touches AS earlier
      WHERE earlier.process = due.process
      AND earlier.subject_kind = 'handover'
      AND earlier.step = due.step
      AND earlier.subject_id = due.subject_id
      AND earlier.anchor_at != due.anchor_at
      AND earlier.due_at < due.due_at
      AND earlier.valid_until > due.due_at
      AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
    )
    ELSE FALSE END THEN 'earlier-occurrence-open'
    ELSE CASE
    WHEN (handover_now.day > handover_now.today) THEN 'not-happened-yet'
    WHEN ('vehicle-kept' = ANY (due.conditions) AND handover_now.sold) THEN 'vehicle-sold' END END AS TEXT
  ) END AS gone,
  due.valid_until <= :now AS passed,
  jsonb_build_object('day', handover_now.day, 'vehicle_sold', handover_now.sold) AS figures
  FROM due
  JOIN policy_versions ON policy_versions.id = due.policy_version_id
  LEFT OUTER JOIN (
    SELECT handover_once.subject_id AS subject_id,
    handover_once.store_id AS store_id,
    handover_once.customer_id AS customer_id,
    handover_once.time_zone AS time_zone,
    handover_once.language AS language,
    handover_once.today AS today,
    handover_once.customer AS customer,
    handover_once.salutation AS salutation,
    handover_once.store AS store,
    handover_once.store_phone AS store_phone,
    handover_once.day AS day,
    handover_once.anchor_at AS anchor_at,
    handover_once.sold AS sold,
    handover_once.vehicle AS vehicle
    FROM handover_once
  ) AS handover_now ON handover_now.subject_id = due.subject_id
  WHERE coalesce(due.subject_kind = 'handover', FALSE)
),
store_rules AS /* per store: contact hours, caps and channels in force */ (
  SELECT anon_20.store_id AS store_id,
  anon_20.works_holidays AS works_holidays,
  anon_20.open AS open,
  anon_20.opens_at AS opens_at,
  anon_20.day_begins AS day_begins,
  anon_20.week_begins AS week_begins,
  anon_20.tomorrow_opens_at AS tomorrow_opens_at,
  anon_20.per_day AS per_day,
  anon_20.per_week AS per_week,
  anon_20.complaint_holds AS complaint_holds,
  anon_20.store_channels AS store_channels
  FROM jsonb_to_recordset(:rules) AS anon_20(
    store_id BIGINT,
    works_holidays BOOLEAN,
    open BOOLEAN,
    opens_at TIMESTAMP WITH TIME ZONE,
    day_begins TIMESTAMP WITH TIME ZONE,
    week_begins TIMESTAMP WITH TIME ZONE,
    tomorrow_opens_at TIMESTAMP WITH TIME ZONE,
    per_day INTEGER,
    per_week INTEGER,
    complaint_holds TEXT[],
    store_channels TEXT[]
  )
),
reach AS /* the first channel and contact point by which each touch can reach its customer */ (
  SELECT due.id AS touch_id,
  bool_or(point.id IS NOT NULL AND anon_21.name = ANY (store_rules.store_channels)) AS usable,
  bool_or(
    point.id IS NOT NULL
    AND anon_21.name = ANY (store_rules.store_channels)
    AND coalesce(consent.granted, due.purpose != 'marketing')
  ) AS allowed,
  (
    array_agg(anon_21.name ORDER BY anon_21.place) FILTER (
      WHERE point.id IS NOT NULL
      AND anon_21.name = ANY (store_rules.store_channels)
      AND coalesce(consent.granted, due.purpose != 'marketing')
      AND pause.probe_at IS NULL
    )
  )[:param] AS channel,
  (
    array_agg(point.id ORDER BY anon_21.place) FILTER (
      WHERE point.id IS NOT NULL
      AND anon_21.name = ANY (store_rules.store_channels)
      AND coalesce(consent.granted, due.purpose != 'marketing')
      AND pause.probe_at IS NULL
    )
  )[:param] AS contact_point_id,
  min(pause.probe_at) AS probe_at
  FROM due
  JOIN store_rules ON due.store_id = store_rules.store_id
  AND due.works_holidays = store_rules.works_holidays
  JOIN unnest(
    CASE WHEN due.resendable THEN ARRAY[CAST(due.channel AS TEXT)] ELSE due.channels END
  ) WITH ORDINALITY AS anon_21(name, place) ON true
  LEFT OUTER JOIN LATERAL (
    SELECT contact_points.id AS id
    FROM contact_points
    WHERE contact_points.customer_id = due.customer_id
    AND CAST(contact_points.kind AS TEXT) = CASE
    WHEN (anon_21.name = 'email') THEN 'email'
    WHEN (anon_21.name = 'wechat') THEN 'wechat'
    ELSE 'phone' END
    AND (NOT due.resendable OR contact_points.id = due.contact_point_id)
    AND (contact_points.invalid_since IS NULL OR contact_points.invalid_since > :now)
    AND (anon_21.name != 'sms' OR contact_points.takes_text)
    ORDER BY contact_points.rank,
    contact_points.id
    LIMIT :param
  ) AS point ON true
  LEFT OUTER JOIN LATERAL (
    SELECT consents.granted AS granted
    FROM consents
    WHERE consents.customer_id = due.customer_id
    AND (consents.purpose IS NULL OR consents.purpose = due.purpose)
    AND (consents.channel IS NULL OR CAST(consents.channel AS TEXT) = anon_21.name)
    AND consents.given_at <= :now
    ORDER BY consents.given_at DESC,
    consents.id DESC
    LIMIT :param
  ) AS consent ON true
  LEFT OUTER JOIN LATERAL (
    SELECT channel_pauses.probe_at AS probe_at
    FROM channel_pauses
    WHERE channel_pauses.resumed_at IS NULL
    AND CAST(channel_pauses.channel AS TEXT) = anon_21.name
    AND (channel_pauses.store_id IS NULL OR channel_pauses.store_id = due.store_id)
    AND channel_pauses.probe_at > :now
    ORDER BY channel_pauses.probe_at
    LIMIT :param
  ) AS pause ON true
  GROUP BY due.id
),
laws_records AS /* what the law packs say: records */ (
  SELECT anon_22.record AS record,
  anon_22.place AS place
  FROM jsonb_to_recordset(:laws -> 'records') AS anon_22(record TEXT, place TEXT)
),
laws_stores AS /* what the law packs say: stores */ (
  SELECT anon_23.store_id AS store_id,
  anon_23.law AS law,
  anon_23.place AS place
  FROM jsonb_to_recordset(:laws -> 'stores') AS anon_23(store_id BIGINT, law TEXT, place TEXT)
),
asked_of_law AS /* the contacts that a law may forbid, with where their customers may be */ (
  SELECT due.id AS touch_id,
  due.customer_id AS customer_id,
  laws_stores.law AS law,
  CAST(due.purpose AS TEXT) AS purpose,
  CAST(due.kind AS TEXT) AS kind,
  CASE
  WHEN (
    cardinality(
      array_cat(
        array_cat(
          array(
            (
              SELECT unnest(contact_points.places) AS unnest_1
              FROM contact_points
              WHERE contact_points.customer_id = due.customer_id
              AND contact_points.kind = 'phone'
              AND (
                contact_points.invalid_since IS NULL OR contact_points.invalid_since > :now
              )
            )
          ),
          array(
            (
              SELECT laws_records.place
              FROM laws_records
              WHERE laws_records.record = CAST(
                jsonb_build_array(
                  CAST(customers.store_id AS TEXT),
                  customers.country,
                  customers.area,
                  customers.city,
                  left(customers.postcode, :left)
                ) AS TEXT
              )
            )
          )
        ),
        CASE
        WHEN (customers.time_zone IS NOT NULL) THEN ARRAY[customers.time_zone]
        ELSE CAST('{}' AS TEXT[]) END
      )
    ) > :cardinality
  ) THEN array_cat(
    array_cat(
      array(
        (
          SELECT unnest(contact_points.places) AS unnest_1
          FROM contact_points
          WHERE contact_points.customer_id = due.customer_id
          AND contact_points.kind = 'phone'
          AND (
            contact_points.invalid_since IS NULL OR contact_points.invalid_since > :now
          )
        )
      ),
      array(
        (
          SELECT laws_records.place
          FROM laws_records
          WHERE laws_records.record = CAST(
            jsonb_build_array(
              CAST(customers.store_id AS TEXT),
              customers.country,
              customers.area,
              customers.city,
              left(customers.postcode, :left)
            ) AS TEXT
          )
        )
      )
    ),
    CASE
    WHEN (customers.time_zone IS NOT NULL) THEN ARRAY[customers.time_zone]
    ELSE CAST('{}' AS TEXT[]) END
  )
  ELSE ARRAY[laws_stores.place] END AS places
  FROM due
  JOIN laws_stores ON due.store_id = laws_stores.store_id
  JOIN customers ON customers.id = due.customer_id
  WHERE due.kind IN ('message', 'call')
),
laws_closed AS /* what the law packs say: closed */ (
  SELECT anon_24.law AS law,
  anon_24.purpose AS purpose,
  anon_24.kind AS kind,
  anon_24.place AS place,
  anon_24.rule AS rule,
  anon_24.source AS source,
  anon_24.until AS until
  FROM jsonb_to_recordset(:laws -> 'closed') AS anon_24(
    law TEXT, purpose TEXT, kind TEXT, place TEXT, rule TEXT, source TEXT, until TIMESTAMP WITH TIME ZONE
  )
),
laws_attempts AS /* what the law packs say: attempts */ (
  SELECT anon_25.law AS law,
  anon_25.purpose AS purpose,
  anon_25.kind AS kind,
  anon_25.rule AS rule,
  anon_25.source AS source,
  anon_25.most AS most,
  anon_25.within_days AS within_days,
  anon_25.rest_days AS rest_days,
  anon_25.since AS since,
  anon_25.talked_since AS talked_since
  FROM jsonb_to_recordset(:laws -> 'attempts') AS anon_25(
    law TEXT,
    purpose TEXT,
    kind TEXT,
    rule TEXT,
    source TEXT,
    most INTEGER,
    within_days INTEGER,
    rest_days INTEGER,
    since TIMESTAMP WITH TIME ZONE,
    talked_since TIMESTAMP WITH TIME ZONE
  )
),
held_by_law AS /* the touches that a law forbids now, by which rule and until when */ (
  SELECT DISTINCT ON (forbidden.touch_id) forbidden.touch_id AS touch_id,
  forbidden.reason AS reason,
  forbidden.figures AS figures,
  forbidden.until AS until
  FROM (
    SELECT asked_of_law.touch_id AS touch_id,
    'hours-of-law' AS reason,
    jsonb_build_object(
      'pack', laws_closed.law, 'rule', laws_closed.rule, 'source', laws_closed.source, 'until', laws_closed.until
    ) AS figures,
    laws_closed.until AS until
    FROM asked_of_law
    JOIN laws_closed ON laws_closed.law = asked_of_law.law
    AND laws_closed.purpose = asked_of_law.purpose
    AND laws_closed.kind = asked_of_law.kind
    AND laws_closed.place = ANY (asked_of_law.places)
    UNION ALL
    SELECT asked_of_law.touch_id AS touch_id,
    CASE
    WHEN coalesce(
      CASE
      WHEN (
        laws_attempts.rest_days > :rest_days AND calls_made.talked_at > laws_attempts.talked_since
      ) THEN calls_made.talked_at + laws_attempts.rest_days * interval '1 day' END >= greatest(
        CASE
        WHEN (calls_made.number + messages_sent.number >= laws_attempts.most) THEN least(calls_made.first_at, messages_sent.first_at) + laws_attempts.within_days * interval '1 day' END,
        CASE
        WHEN (
          laws_attempts.rest_days > :rest_days AND calls_made.talked_at > laws_attempts.talked_since
        ) THEN calls_made.talked_at + laws_attempts.rest_days * interval '1 day' END
      ),
      FALSE
    ) THEN 'rest-of-law'
    ELSE 'attempts-of-law' END AS reason,
    CASE
    WHEN coalesce(
      CASE
      WHEN (
        laws_attempts.rest_days > :rest_days AND calls_made.talked_at > laws_attempts.talked_since
      ) THEN calls_made.talked_at + laws_attempts.rest_days * interval '1 day' END >= greatest(
        CASE
        WHEN (calls_made.number + messages_sent.number >= laws_attempts.most) THEN least(calls_made.first_at, messages_sent.first_at) + laws_attempts.within_days * interval '1 day' END,
        CASE
        WHEN (
          laws_attempts.rest_days > :rest_days AND calls_made.talked_at > laws_attempts.talked_since
        ) THEN calls_made.talked_at + laws_attempts.rest_days * interval '1 day' END
      ),
      FALSE
    ) THEN jsonb_build_object(
      'pack',
      laws_attempts.law,
      'rule',
      laws_attempts.rule,
      'source',
      laws_attempts.source,
      'until',
      greatest(
        CASE
        WHEN (calls_made.number + messages_sent.number >= laws_attempts.most) THEN least(calls_made.first_at, messages_sent.first_at) + laws_attempts.within_days * interval '1 day' END,
        CASE
        WHEN (
          laws_attempts.rest_days > :rest_days AND calls_made.talked_at > laws_attempts.talked_since
        ) THEN calls_made.talked_at + laws_attempts.rest_days * interval '1 day' END
      ),
      'days',
      laws_attempts.rest_days
    )
    ELSE jsonb_build_object(
      'pack',
      laws_attempts.law,
      'rule',
      laws_attempts.rule,
      'source',
      laws_attempts.source,
      'until',
      greatest(
        CASE
        WHEN (calls_made.number + messages_sent.number >= laws_attempts.most) THEN least(calls_made.first_at, messages_sent.first_at) + laws_attempts.within_days * interval '1 day' END,
        CASE
        WHEN (
          laws_attempts.rest_days > :rest_days AND calls_made.talked_at > laws_attempts.talked_since
        ) THEN calls_made.talked_at + laws_attempts.rest_days * interval '1 day' END
      ),
      'days',
      laws_attempts.within_days,
      'most',
      laws_attempts.most
    ) END AS figures,
    greatest(
      CASE
      WHEN (calls_made.number + messages_sent.number >= laws_attempts.most) THEN least(calls_made.first_at, messages_sent.first_at) + laws_attempts.within_days * interval '1 day' END,
      CASE
      WHEN (
        laws_attempts.rest_days > :rest_days AND calls_made.talked_at > laws_attempts.talked_since
      ) THEN calls_made.talked_at + laws_attempts.rest_days * interval '1 day' END
    ) AS until
    FROM asked_of_law
    JOIN laws_attempts ON laws_attempts.law = asked_of_law.law
    AND laws_attempts.purpose = asked_of_law.purpose
    AND laws_attempts.kind = asked_of_law.kind
    JOIN LATERAL (
      SELECT count(*) FILTER (WHERE call_attempts.attempted_at > laws_attempts.since) AS number,
      min(call_attempts.attempted_at) FILTER (WHERE call_attempts.attempted_at > laws_attempts.since) AS first_at,
      max(call_attempts.attempted_at) FILTER (
        WHERE call_attempts.outcome IN (
          'callback',
          'done-elsewhere',
          'interested',
          'lost',
          'not-any-more',
          'order-placed',
          'postponed',
          'promised',
          'reached',
          'reached-not-satisfied',
          'reached-satisfied',
          'refuses-contact',
          'refuses-to-pay',
          'test-drive-agreed',
          'wants-trade-in'
        )
      ) AS talked_at
      FROM call_attempts
      JOIN touches ON touches.id = call_attempts.touch_id
      WHERE touches.customer_id = asked_of_law.customer_id
      AND CAST(touches.purpose AS TEXT) = laws_attempts.purpose
      AND CAST(touches.kind AS TEXT) = laws_attempts.kind
      AND call_attempts.attempted_at BETWEEN least(laws_attempts.since, laws_attempts.talked_since)
      AND :now
    ) AS calls_made ON true
    JOIN LATERAL (
      SELECT count(*) AS number,
      min(touches.contacted_at) AS first_at
      FROM touches
      WHERE touches.customer_id = asked_of_law.customer_id
      AND CAST(touches.purpose AS TEXT) = laws_attempts.purpose
      AND CAST(touches.kind AS TEXT) = laws_attempts.kind
      AND touches.kind = 'message'
      AND touches.id != asked_of_law.touch_id
      AND touches.contacted_at > laws_attempts.since
      AND touches.contacted_at <= :now
    ) AS messages_sent ON true
    WHERE calls_made.number + messages_sent.number >= laws_attempts.most
    OR laws_attempts.rest_days > :rest_days
    AND calls_made.talked_at > laws_attempts.talked_since
  ) AS forbidden
  ORDER BY forbidden.touch_id,
  forbidden.until DESC,
  forbidden.reason
),
weighed AS /* what the gates say of each touch by itself */ (
  SELECT due.id AS id,
  due.customer_id AS customer_id,
  due.kind AS kind,
  due.priority AS priority,
  due.due_at AS due_at,
  due.valid_until AS valid_until,
  due.obligation AS obligation,
  due.process AS process,
  due.step AS step,
  due.campaign_id AS campaign_id,
  contact_points.value AS address,
  store_rules.tomorrow_opens_at AS tomorrow_opens_at,
  due.obligation
  OR due.kind = 'task' AS exempt,
  due.resendable AS resendable,
  CASE
  WHEN due.resendable THEN due.merged_into END AS carried_by,
  due.mine AS mine,
  reach.channel AS channel,
  reach.contact_point_id AS contact_point_id,
  template_versions.also IS NOT NULL
  AND NOT due.resendable AS mergeable,
  least(store_rules.per_day - anon_3.contacts, store_rules.per_week - anon_4.contacts) AS contacts_left,
  CASE
  WHEN (anon_4.contacts >= store_rules.per_week) THEN store_rules.week_begins
  ELSE store_rules.day_begins END AS contacts_since,
  greatest(
    CASE
    WHEN (anon_4.contacts >= store_rules.per_week) THEN anon_4.first + '7 days, 0:00:00'
    ELSE store_rules.tomorrow_opens_at END,
    store_rules.tomorrow_opens_at
  ) AS contacts_again_at,
  CASE
  WHEN (facts.gone IS NOT NULL) THEN 'facts'
  WHEN facts.moved THEN 'anchor'
  WHEN facts.passed THEN 'validity'
  WHEN (
    due.kind = 'message'
    AND NOT due.resendable
    AND (
      later_told.id IS NOT NULL
      OR template_versions.also IS NULL
      AND coalesce(
        max(
          CASE
          WHEN (
            due.mine
            AND due.kind = 'message'
            AND facts.gone IS NULL
            AND NOT facts.moved
            AND NOT facts.passed
            AND reach.channel IS NOT NULL
          ) THEN due.due_at END
        ) OVER (
          PARTITION BY due.subject_kind, due.subject_id, due.process, due.anchor_at
        ) > due.due_at,
        FALSE
      )
    )
  ) THEN 'validity'
  WHEN (due.kind IN ('message', 'call') AND NOT reach.usable) THEN 'contact-point'
  WHEN (
    due.kind = 'letter'
    AND NOT (
      EXISTS (
        SELECT :param AS anon_5
        FROM customers
        WHERE customers.id = due.customer_id
        AND customers.street IS NOT NULL
        AND customers.city IS NOT NULL
      )
    )
  ) THEN 'contact-point'
  WHEN (due.kind IN ('message', 'call') AND NOT reach.allowed) THEN 'consent'
  WHEN (
    due.kind != 'task'
    AND (due.kind NOT IN ('message', 'call'))
    AND NOT coalesce(
      (
        SELECT consents.granted
        FROM consents
        WHERE consents.customer_id = due.customer_id
        AND (consents.purpose IS NULL OR consents.purpose = due.purpose)
        AND (consents.channel IS NULL OR CAST(consents.channel AS TEXT) IS NULL)
        AND consents.given_at <= :now
        ORDER BY consents.given_at DESC,
        consents.id DESC
        LIMIT :param
      ),
      due.purpose != 'marketing'
    )
  ) THEN 'consent'
  WHEN (
    due.kind != 'task'
    AND CAST(due.purpose AS TEXT) = ANY (store_rules.complaint_holds)
    AND (
      EXISTS (
        SELECT :param AS anon_6
        FROM cases
        WHERE cases.customer_id = due.customer_id
        AND cases.kind = 'complaint'
        AND cases.opened_at <= :now
        AND (cases.closed_at IS NULL OR cases.closed_at > :now)
      )
    )
  ) THEN 'complaint'
  WHEN (due.kind IN ('message', 'call') AND reach.channel IS NULL) THEN 'channel'
  WHEN (held_by_law.until IS NOT NULL) THEN 'law'
  WHEN (due.kind IN ('message', 'call') AND NOT store_rules.open) THEN 'quiet-hours'
  WHEN (
    due.kind = 'message'
    AND NOT due.obligation
    AND NOT due.resendable
    AND household.id IS NOT NULL
    AND due.campaign_id IS NOT NULL
  ) THEN 'household'
  WHEN (
    due.kind = 'message' AND NOT due.obligation AND NOT due.resendable AND household.id IS NOT NULL
  ) THEN 'household'
  ELSE 'none' END AS gate,
  CASE
  WHEN (facts.gone IS NOT NULL) THEN 'stop'
  WHEN facts.moved THEN 'stop'
  WHEN facts.passed THEN 'stop'
  WHEN (
    due.kind = 'message'
    AND NOT due.resendable
    AND (
      later_told.id IS NOT NULL
      OR template_versions.also IS NULL
      AND coalesce(
        max(
          CASE
          WHEN (
            due.mine
            AND due.kind = 'message'
            AND facts.gone IS NULL
            AND NOT facts.moved
            AND NOT facts.passed
            AND reach.channel IS NOT NULL
          ) THEN due.due_at END
        ) OVER (
          PARTITION BY due.subject_kind, due.subject_id, due.process, due.anchor_at
        ) > due.due_at,
        FALSE
      )
    )
  ) THEN 'stop'
  WHEN (due.kind IN ('message', 'call') AND NOT reach.usable) THEN 'stop'
  WHEN (
    due.kind = 'letter'
    AND NOT (
      EXISTS (
        SELECT :param AS anon_5
        FROM customers
        WHERE customers.id = due.customer_id
        AND customers.street IS NOT NULL
        AND customers.city IS NOT NULL
      )
    )
  ) THEN 'stop'
  WHEN (due.kind IN ('message', 'call') AND NOT reach.allowed) THEN 'stop'
  WHEN (
    due.kind != 'task'
    AND (due.kind NOT IN ('message', 'call'))
    AND NOT coalesce(
      (
        SELECT consents.granted
        FROM consents
        WHERE consents.customer_id = due.customer_id
        AND (consents.purpose IS NULL OR consents.purpose = due.purpose)
        AND (consents.channel IS NULL OR CAST(consents.channel AS TEXT) IS NULL)
        AND consents.given_at <= :now
        ORDER BY consents.given_at DESC,
        consents.id DESC
        LIMIT :param
      ),
      due.purpose != 'marketing'
    )
  ) THEN 'stop'
  WHEN (
    due.kind != 'task'
    AND CAST(due.purpose AS TEXT) = ANY (store_rules.complaint_holds)
    AND (
      EXISTS (
        SELECT :param AS anon_6
        FROM cases
        WHERE cases.customer_id = due.customer_id
        AND cases.kind = 'complaint'
        AND cases.opened_at <= :now
        AND (cases.closed_at IS NULL OR cases.closed_at > :now)
      )
    )
  ) THEN 'hold'
  WHEN (due.kind IN ('message', 'call') AND reach.channel IS NULL) THEN 'hold'
  WHEN (held_by_law.until IS NOT NULL) THEN 'hold'
  WHEN (due.kind IN ('message', 'call') AND NOT store_rules.open) THEN 'hold'
  WHEN (
    due.kind = 'message'
    AND NOT due.obligation
    AND NOT due.resendable
    AND household.id IS NOT NULL
    AND due.campaign_id IS NOT NULL
  ) THEN 'stop'
  WHEN (
    due.kind = 'message' AND NOT due.obligation AND NOT due.resendable AND household.id IS NOT NULL
  ) THEN 'hold'
  ELSE 'pass' END AS decision,
  CASE
  WHEN (facts.gone IS NOT NULL) THEN facts.gone
  WHEN facts.moved THEN 'date-moved'
  WHEN facts.passed THEN 'time-passed'
  WHEN (
    due.kind = 'message'
    AND NOT due.resendable
    AND (
      later_told.id IS NOT NULL
      OR template_versions.also IS NULL
      AND coalesce(
        max(
          CASE
          WHEN (
            due.mine
            AND due.kind = 'message'
            AND facts.gone IS NULL
            AND NOT facts.moved
            AND NOT facts.passed
            AND reach.channel IS NOT NULL
          ) THEN due.due_at END
        ) OVER (
          PARTITION BY due.subject_kind, due.subject_id, due.process, due.anchor_at
        ) > due.due_at,
        FALSE
      )
    )
  ) THEN 'later-message-went'
  WHEN (due.kind IN ('message', 'call') AND NOT reach.usable) THEN 'no-contact-point'
  WHEN (
    due.kind = 'letter'
    AND NOT (
      EXISTS (
        SELECT :param AS anon_5
        FROM customers
        WHERE customers.id = due.customer_id
        AND customers.street IS NOT NULL
        AND customers.city IS NOT NULL
      )
    )
  ) THEN 'no-postal-address'
  WHEN (due.kind IN ('message', 'call') AND NOT reach.allowed) THEN 'no-consent'
  WHEN (
    due.kind != 'task'
    AND (due.kind NOT IN ('message', 'call'))
    AND NOT coalesce(
      (
        SELECT consents.granted
        FROM consents
        WHERE consents.customer_id = due.customer_id
        AND (consents.purpose IS NULL OR consents.purpose = due.purpose)
        AND (consents.channel IS NULL OR CAST(consents.channel AS TEXT) IS NULL)
        AND consents.given_at <= :now
        ORDER BY consents.given_at DESC,
        consents.id DESC
        LIMIT :param
      ),
      due.purpose != 'marketing'
    )
  ) THEN 'no-consent'
  WHEN (
    due.kind != 'task'
    AND CAST(due.purpose AS TEXT) = ANY (store_rules.complaint_holds)
    AND (
      EXISTS (
        SELECT :param AS anon_6
        FROM cases
        WHERE cases.customer_id = due.customer_id
        AND cases.kind = 'complaint'
        AND cases.opened_at <= :now
        AND (cases.closed_at IS NULL OR cases.closed_at > :now)
      )
    )
  ) THEN 'complaint-open'
  WHEN (due.kind IN ('message', 'call') AND reach.channel IS NULL) THEN 'channel-paused'
  WHEN (held_by_law.until IS NOT NULL) THEN held_by_law.reason
  WHEN (due.kind IN ('message', 'call') AND NOT store_rules.open) THEN 'quiet-hours'
  WHEN (
    due.kind = 'message'
    AND NOT due.obligation
    AND NOT due.resendable
    AND household.id IS NOT NULL
    AND due.campaign_id IS NOT NULL
  ) THEN 'told-at-same-number'
  WHEN (
    due.kind = 'message' AND NOT due.obligation AND NOT due.resendable AND household.id IS NOT NULL
  ) THEN 'told-at-same-number' END AS reason,
  CASE
  WHEN (
    due.kind != 'task'
    AND CAST(due.purpose AS TEXT) = ANY (store_rules.complaint_holds)
    AND (
      EXISTS (
        SELECT :param AS anon_6
        FROM cases
        WHERE cases.customer_id = due.customer_id
        AND cases.kind = 'complaint'
        AND cases.opened_at <= :now
        AND (cases.closed_at IS NULL OR cases.closed_at > :now)
      )
    )
  ) THEN store_rules.tomorrow_opens_at
  WHEN (due.kind IN ('message', 'call') AND reach.channel IS NULL) THEN reach.probe_at
  WHEN (held_by_law.until IS NOT NULL) THEN held_by_law.until
  WHEN (due.kind IN ('message', 'call') AND NOT store_rules.open) THEN store_rules.opens_at
  WHEN (
    due.kind = 'message' AND NOT due.obligation AND NOT due.resendable AND household.id IS NOT NULL
  ) THEN store_rules.tomorrow_opens_at END AS until,
  held_by_law.figures AS law_figures,
  coalesce(facts.figures, jsonb_build_object()) || jsonb_build_object('contacts_today', anon_3.contacts, 'contacts_this_week', anon_4.contacts) AS figures
  FROM due
  JOIN facts ON facts.touch_id = due.id
  JOIN store_rules ON due.store_id = store_rules.store_id
  AND due.works_holidays = store_rules.works_holidays
  LEFT OUTER JOIN template_versions ON template_versions.id = due.template_version_id
  LEFT OUTER JOIN reach ON reach.touch_id = due.id
  LEFT OUTER JOIN contact_points ON contact_points.id = reach.contact_point_id
  LEFT OUTER JOIN LATERAL (
    SELECT touches.id AS id
    FROM contact_points AS own
    JOIN contact_points AS theirs ON theirs.kind = own.kind
    AND theirs.value = own.value
    AND theirs.customer_id != own.customer_id
    JOIN touches ON touches.customer_id = theirs.customer_id
    AND touches.contact_point_id = theirs.id
    WHERE own.id = reach.contact_point_id
    AND touches.contacted_at <= :now
    AND touches.step = due.step
    AND touches.kind = 'message'
    AND touches.channel = reach.channel
    AND touches.state != 'failed'
    AND NOT touches.obligation
    AND CASE
    WHEN (due.campaign_id IS NULL) THEN touches.process = due.process
    AND touches.contacted_at >= store_rules.day_begins
    ELSE (
      SELECT campaign_variants.campaign_id
      FROM campaign_variants
      WHERE campaign_variants.policy_version_id = touches.policy_version_id
    ) = due.campaign_id END
    LIMIT :param
  ) AS household ON true
  LEFT OUTER JOIN LATERAL (
    SELECT later.id AS id
    FROM touches AS later
    WHERE (due.not_before > due.due_at OR due.due_at < :now - '1:00:00')
    AND later.subject_kind = due.subject_kind
    AND later.subject_id = due.subject_id
    AND later.process = due.process
    AND later.anchor_at = due.anchor_at
    AND later.kind = 'message'
    AND later.due_at > due.due_at
    AND later.state IN ('claimed', 'sending', 'sent', 'unknown')
    LIMIT :param
  ) AS later_told ON true
  LEFT OUTER JOIN held_by_law ON held_by_law.touch_id = due.id
  JOIN LATERAL (
    SELECT count(*) AS contacts,
    min(touches.contacted_at) AS first
    FROM touches
    WHERE touches.customer_id = due.customer_id
    AND touches.id != due.id
    AND touches.contacted_at BETWEEN store_rules.day_begins
    AND :now
    AND NOT touches.obligation
    AND touches.kind != 'task'
    AND touches.merged_into IS NULL
  ) AS anon_3 ON true
  JOIN LATERAL (
    SELECT count(*) AS contacts,
    min(touches.contacted_at) AS first
    FROM touches
    WHERE touches.customer_id = due.customer_id
    AND touches.id != due.id
    AND touches.contacted_at BETWEEN store_rules.week_begins
    AND :now
    AND NOT touches.obligation
    AND touches.kind != 'task'
    AND touches.merged_into IS NULL
  ) AS anon_4 ON true
),
housed AS /* of customers who share a number, all but the first wait */ (
  SELECT weighed.id AS id,
  weighed.customer_id AS customer_id,
  weighed.kind AS kind,
  weighed.priority AS priority,
  weighed.due_at AS due_at,
  weighed.valid_until AS valid_until,
  weighed.obligation AS obligation,
  weighed.process AS process,
  weighed.step AS step,
  weighed.campaign_id AS campaign_id,
  weighed.address AS address,
  weighed.tomorrow_opens_at AS tomorrow_opens_at,
  weighed.exempt AS exempt,
  weighed.resendable AS resendable,
  weighed.carried_by AS carried_by,
  weighed.mine AS mine,
  weighed.channel AS channel,
  weighed.contact_point_id AS contact_point_id,
  weighed.mergeable AS mergeable,
  weighed.contacts_left AS contacts_left,
  weighed.contacts_since AS contacts_since,
  weighed.contacts_again_at AS contacts_again_at,
  weighed.law_figures AS law_figures,
  weighed.figures AS figures,
  CASE
  WHEN (
    weighed.decision = 'pass'
    AND weighed.kind = 'message'
    AND NOT weighed.obligation
    AND NOT weighed.resendable
    AND weighed.address IS NOT NULL
    AND first_value(weighed.customer_id) OVER (
      PARTITION BY weighed.channel,
      weighed.address,
      weighed.process,
      weighed.step,
      weighed.campaign_id,
      weighed.decision = 'pass'
      AND weighed.kind = 'message'
      AND NOT weighed.obligation
      AND NOT weighed.resendable
      AND weighed.address IS NOT NULL
      ORDER BY weighed.mine DESC,
      weighed.priority DESC,
      weighed.due_at,
      weighed.id
    ) != weighed.customer_id
  ) THEN 'hold'
  ELSE weighed.decision END AS decision,
  CASE
  WHEN (
    weighed.decision = 'pass'
    AND weighed.kind = 'message'
    AND NOT weighed.obligation
    AND NOT weighed.resendable
    AND weighed.address IS NOT NULL
    AND first_value(weighed.customer_id) OVER (
      PARTITION BY weighed.channel,
      weighed.address,
      weighed.process,
      weighed.step,
      weighed.campaign_id,
      weighed.decision = 'pass'
      AND weighed.kind = 'message'
      AND NOT weighed.obligation
      AND NOT weighed.resendable
      AND weighed.address IS NOT NULL
      ORDER BY weighed.mine DESC,
      weighed.priority DESC,
      weighed.due_at,
      weighed.id
    ) != weighed.customer_id
  ) THEN 'household'
  ELSE weighed.gate END AS gate,
  CASE
  WHEN (
    weighed.decision = 'pass'
    AND weighed.kind = 'message'
    AND NOT weighed.obligation
    AND NOT weighed.resendable
    AND weighed.address IS NOT NULL
    AND first_value(weighed.customer_id) OVER (
      PARTITION BY weighed.channel,
      weighed.address,
      weighed.process,
      weighed.step,
      weighed.campaign_id,
      weighed.decision = 'pass'
      AND weighed.kind = 'message'
      AND NOT weighed.obligation
      AND NOT weighed.resendable
      AND weighed.address IS NOT NULL
      ORDER BY weighed.mine DESC,
      weighed.priority DESC,
      weighed.due_at,
      weighed.id
    ) != weighed.customer_id
  ) THEN 'told-at-same-number'
  ELSE weighed.reason END AS reason,
  CASE
  WHEN (
    weighed.decision = 'pass'
    AND weighed.kind = 'message'
    AND NOT weighed.obligation
    AND NOT weighed.resendable
    AND weighed.address IS NOT NULL
    AND first_value(weighed.customer_id) OVER (
      PARTITION BY weighed.channel,
      weighed.address,
      weighed.process,
      weighed.step,
      weighed.campaign_id,
      weighed.decision = 'pass'
      AND weighed.kind = 'message'
      AND NOT weighed.obligation
      AND NOT weighed.resendable
      AND weighed.address IS NOT NULL
      ORDER BY weighed.mine DESC,
      weighed.priority DESC,
      weighed.due_at,
      weighed.id
    ) != weighed.customer_id
  ) THEN weighed.tomorrow_opens_at
  ELSE weighed.until END AS until
  FROM weighed
),
led AS /* which messages are lines of a more important message */ (
  SELECT housed.id AS id,
  housed.customer_id AS customer_id,
  housed.kind AS kind,
  housed.priority AS priority,
  housed.due_at AS due_at,
  housed.valid_until AS valid_until,
  housed.obligation AS obligation,
  housed.process AS process,
  housed.step AS step,
  housed.campaign_id AS campaign_id,
  housed.address AS address,
  housed.tomorrow_opens_at AS tomorrow_opens_at,
  housed.exempt AS exempt,
  housed.resendable AS resendable,
  housed.carried_by AS carried_by,
  housed.mine AS mine,
  housed.channel AS channel,
  housed.contact_point_id AS contact_point_id,
  housed.mergeable AS mergeable,
  housed.contacts_left AS contacts_left,
  housed.contacts_since AS contacts_since,
  housed.contacts_again_at AS contacts_again_at,
  housed.law_figures AS law_figures,
  housed.figures AS figures,
  housed.decision AS decision,
  housed.gate AS gate,
  housed.reason AS reason,
  housed.until AS until,
  housed.decision = 'pass' AS passes,
  housed.decision = 'pass'
  AND coalesce(housed.mergeable, FALSE)
  AND housed.kind = 'message'
  AND row_number() OVER (
    PARTITION BY housed.customer_id,
    housed.channel,
    housed.decision = 'pass'
    AND coalesce(housed.mergeable, FALSE)
    AND housed.kind = 'message'
    ORDER BY housed.priority DESC,
    housed.due_at,
    housed.id
  ) > :param
  AND first_value(housed.mine) OVER (
    PARTITION BY housed.customer_id,
    housed.channel,
    housed.decision = 'pass'
    AND coalesce(housed.mergeable, FALSE)
    AND housed.kind = 'message'
    ORDER BY housed.priority DESC,
    housed.due_at,
    housed.id
  ) AS follows
  FROM housed
),
ranked AS /* which touches the contact cap leaves room for */ (
  SELECT led.id AS id,
  led.customer_id AS customer_id,
  led.kind AS kind,
  led.priority AS priority,
  led.due_at AS due_at,
  led.valid_until AS valid_until,
  led.obligation AS obligation,
  led.process AS process,
  led.step AS step,
  led.campaign_id AS campaign_id,
  led.address AS address,
  led.tomorrow_opens_at AS tomorrow_opens_at,
  led.exempt AS exempt,
  led.resendable AS resendable,
  led.carried_by AS carried_by,
  led.mine AS mine,
  led.channel AS channel,
  led.contact_point_id AS contact_point_id,
  led.mergeable AS mergeable,
  led.contacts_left AS contacts_left,
  led.contacts_since AS contacts_since,
  led.contacts_again_at AS contacts_again_at,
  led.law_figures AS law_figures,
  led.figures AS figures,
  led.decision AS decision,
  led.gate AS gate,
  led.reason AS reason,
  led.until AS until,
  led.passes AS passes,
  led.follows AS follows,
  led.passes
  AND (
    led.exempt
    OR NOT led.follows
    AND row_number() OVER (
      PARTITION BY led.customer_id,
      led.passes,
      led.exempt,
      led.follows,
      led.carried_by IS NOT NULL
      ORDER BY led.resendable DESC,
      led.priority DESC,
      led.due_at,
      led.id
    ) <= led.contacts_left
  ) AS within_cap
  FROM led
),
followed AS /* lines that may have gone out inside a message share its verdict */ (
  SELECT ranked.id AS id,
  ranked.customer_id AS customer_id,
  ranked.kind AS kind,
  ranked.priority AS priority,
  ranked.due_at AS due_at,
  ranked.valid_until AS valid_until,
  ranked.obligation AS obligation,
  ranked.process AS process,
  ranked.step AS step,
  ranked.campaign_id AS campaign_id,
  ranked.address AS address,
  ranked.tomorrow_opens_at AS tomorrow_opens_at,
  ranked.exempt AS exempt,
  ranked.resendable AS resendable,
  ranked.carried_by AS carried_by,
  ranked.channel AS channel,
  ranked.contact_point_id AS contact_point_id,
  ranked.mergeable AS mergeable,
  ranked.contacts_left AS contacts_left,
  ranked.contacts_since AS contacts_since,
  ranked.contacts_again_at AS contacts_again_at,
  ranked.figures AS figures,
  ranked.follows AS follows,
  ranked.mine
  OR ranked.resendable AS mine,
  CASE
  WHEN (
    ranked.carried_by IS NOT NULL AND NOT coalesce(head.passes, FALSE) AND head.id IS NULL AND ranked.decision != 'stop'
  ) THEN 'stop'
  WHEN (
    ranked.carried_by IS NOT NULL AND NOT coalesce(head.passes, FALSE) AND ranked.decision != 'stop'
  ) THEN head.decision
  ELSE ranked.decision END AS decision,
  CASE
  WHEN (
    ranked.carried_by IS NOT NULL AND NOT coalesce(head.passes, FALSE) AND head.id IS NULL AND ranked.decision != 'stop'
  ) THEN 'retry'
  WHEN (
    ranked.carried_by IS NOT NULL AND NOT coalesce(head.passes, FALSE) AND ranked.decision != 'stop'
  ) THEN head.gate
  ELSE ranked.gate END AS gate,
  CASE
  WHEN (
    ranked.carried_by IS NOT NULL AND NOT coalesce(head.passes, FALSE) AND head.id IS NULL AND ranked.decision != 'stop'
  ) THEN 'carrying-message-not-resent'
  WHEN (
    ranked.carried_by IS NOT NULL AND NOT coalesce(head.passes, FALSE) AND ranked.decision != 'stop'
  ) THEN head.reason
  ELSE ranked.reason END AS reason,
  CASE
  WHEN (
    ranked.carried_by IS NOT NULL AND NOT coalesce(head.passes, FALSE) AND ranked.decision != 'stop'
  ) THEN head.until
  ELSE ranked.until END AS until,
  CASE
  WHEN (
    ranked.carried_by IS NOT NULL AND NOT coalesce(head.passes, FALSE) AND ranked.decision != 'stop'
  ) THEN head.law_figures
  ELSE ranked.law_figures END AS law_figures,
  ranked.passes
  AND NOT (ranked.carried_by IS NOT NULL AND NOT coalesce(head.passes, FALSE)) AS passes,
  CASE
  WHEN (ranked.carried_by IS NOT NULL) THEN coalesce(head.within_cap, FALSE)
  ELSE ranked.within_cap END AS within_cap
  FROM ranked
  LEFT OUTER JOIN ranked AS head ON head.id = ranked.carried_by
),
heads AS /* per customer and channel, the message that others are merged into */ (
  SELECT DISTINCT ON (followed.customer_id, followed.channel) followed.customer_id AS customer_id,
  followed.channel AS channel,
  followed.id AS id,
  followed.mine AS mine
  FROM followed
  WHERE followed.within_cap
  AND followed.kind = 'message'
  AND followed.mergeable
  ORDER BY followed.customer_id,
  followed.channel,
  followed.priority DESC,
  followed.due_at,
  followed.id
),
placed AS /* per customer, the contacts that count towards the cap now */ (
  SELECT followed.customer_id AS customer_id,
  jsonb_agg(
    jsonb_build_object(
      'touch', followed.id, 'process', followed.process, 'step', followed.step, 'at', :now
    )
    ORDER BY followed.priority DESC,
    followed.due_at
  ) AS now
  FROM followed
  WHERE followed.within_cap
  AND NOT followed.exempt
  AND followed.carried_by IS NULL
  GROUP BY followed.customer_id
),
judged AS /* the verdict on each touch, after cap and merging */ (
  SELECT capped.id AS id,
  capped.mine
  OR capped.merged AS mine,
  capped.kind AS kind,
  capped.channel AS channel,
  capped.contact_point_id AS contact_point_id,
  capped.figures AS figures,
  CASE
  WHEN capped.merged THEN capped.head_id
  ELSE capped.carried_by END AS merged_into,
  CASE
  WHEN capped.capped THEN 'cap'
  ELSE capped.gate END AS gate,
  CASE
  WHEN coalesce(
    CASE WHEN capped.capped THEN capped.contacts_again_at ELSE capped.until END >= capped.valid_until, FALSE
  ) THEN 'stop'
  ELSE CASE
  WHEN capped.capped THEN 'hold'
  ELSE capped.decision END END AS decision,
  CASE
  WHEN coalesce(
    CASE WHEN capped.capped THEN capped.contacts_again_at ELSE capped.until END >= capped.valid_until, FALSE
  ) THEN 'held-past-validity'
  ELSE CASE
  WHEN (jsonb_array_length(capped.instead) > :jsonb_array_length) THEN 'contacted-enough-by'
  WHEN capped.capped THEN 'contacted-enough'
  ELSE capped.reason END END AS reason,
  CASE
  WHEN coalesce(
    CASE WHEN capped.capped THEN capped.contacts_again_at ELSE capped.until END >= capped.valid_until, FALSE
  ) THEN jsonb_build_object(
    'because',
    CASE
    WHEN (
      CASE
      WHEN (jsonb_array_length(capped.instead) > :jsonb_array_length) THEN jsonb_build_object('instead', capped.instead)
      WHEN (capped.gate = 'law' AND NOT capped.capped) THEN capped.law_figures END IS NOT NULL
    ) THEN jsonb_build_object(
      'code',
      CASE
      WHEN (jsonb_array_length(capped.instead) > :jsonb_array_length) THEN 'contacted-enough-by'
      WHEN capped.capped THEN 'contacted-enough'
      ELSE capped.reason END,
      'figures',
      CASE
      WHEN (jsonb_array_length(capped.instead) > :jsonb_array_length) THEN jsonb_build_object('instead', capped.instead)
      WHEN (capped.gate = 'law' AND NOT capped.capped) THEN capped.law_figures END
    )
    ELSE to_jsonb(
      CASE
      WHEN (jsonb_array_length(capped.instead) > :jsonb_array_length) THEN 'contacted-enough-by'
      WHEN capped.capped THEN 'contacted-enough'
      ELSE capped.reason END
    ) END
  )
  ELSE CASE
  WHEN (jsonb_array_length(capped.instead) > :jsonb_array_length) THEN jsonb_build_object('instead', capped.instead)
  WHEN (capped.gate = 'law' AND NOT capped.capped) THEN capped.law_figures END END AS reason_figures,
  CASE
  WHEN NOT coalesce(
    CASE WHEN capped.capped THEN capped.contacts_again_at ELSE capped.until END >= capped.valid_until, FALSE
  ) THEN CASE
  WHEN capped.capped THEN capped.contacts_again_at
  ELSE capped.until END END AS until
  FROM (
    SELECT followed.id AS id,
    followed.customer_id AS customer_id,
    followed.kind AS kind,
    followed.priority AS priority,
    followed.due_at AS due_at,
    followed.valid_until AS valid_until,
    followed.obligation AS obligation,
    followed.process AS process,
    followed.step AS step,
    followed.campaign_id AS campaign_id,
    followed.address AS address,
    followed.tomorrow_opens_at AS tomorrow_opens_at,
    followed.exempt AS exempt,
    followed.resendable AS resendable,
    followed.carried_by AS carried_by,
    followed.channel AS channel,
    followed.contact_point_id AS contact_point_id,
    followed.mergeable AS mergeable,
    followed.contacts_left AS contacts_left,
    followed.contacts_since AS contacts_since,
    followed.contacts_again_at AS contacts_again_at,
    followed.figures AS figures,
    followed.follows AS follows,
    followed.mine AS mine,
    followed.decision AS decision,
    followed.gate AS gate,
    followed.reason AS reason,
    followed.until AS until,
    followed.law_figures AS law_figures,
    followed.passes AS passes,
    followed.within_cap AS within_cap,
    heads.id AS head_id,
    coalesce(
      followed.passes
      AND followed.mergeable
      AND followed.kind = 'message'
      AND heads.mine
      AND heads.id != followed.id,
      FALSE
    ) AS merged,
    followed.passes
    AND NOT followed.within_cap
    AND NOT coalesce(
      followed.passes
      AND followed.mergeable
      AND followed.kind = 'message'
      AND heads.mine
      AND heads.id != followed.id,
      FALSE
    ) AS capped,
    CASE
    WHEN (
      followed.passes
      AND NOT followed.within_cap
      AND NOT coalesce(
        followed.passes
        AND followed.mergeable
        AND followed.kind = 'message'
        AND heads.mine
        AND heads.id != followed.id,
        FALSE
      )
    ) THEN coalesce(
      (
        SELECT jsonb_agg(
          jsonb_build_object(
            'touch', touches.id, 'process', touches.process, 'step', touches.step, 'at', touches.contacted_at
          )
          ORDER BY touches.contacted_at
        ) AS jsonb_agg_1
        FROM touches
        WHERE touches.customer_id = followed.customer_id
        AND touches.id != followed.id
        AND touches.contacted_at BETWEEN followed.contacts_since
        AND :now
        AND NOT touches.obligation
        AND touches.kind != 'task'
        AND touches.merged_into IS NULL
      ),
      jsonb_build_array()
    ) || coalesce(placed.now, jsonb_build_array())
    ELSE jsonb_build_array() END AS instead
    FROM followed
    LEFT OUTER JOIN heads ON heads.customer_id = followed.customer_id
    AND heads.channel = followed.channel
    LEFT OUTER JOIN placed ON placed.customer_id = followed.customer_id
    LIMIT ALL OFFSET :param
  ) AS capped
),
recorded AS /* the verdicts, written down */ (
  INSERT INTO verdicts (
    touch_id, gate, decision, reason, reason_figures, figures, decided_at, until, run_id
  )
  SELECT judged.id AS id,
  judged.gate AS gate,
  judged.decision AS decision,
  judged.reason AS reason,
  judged.reason_figures AS reason_figures,
  judged.figures AS figures,
  :now AS anon_1,
  judged.until AS until,
  NULL AS anon_2
  FROM judged
  WHERE judged.mine
),
moved AS /* the touches as they stand after their verdicts */ (
  UPDATE touches
  SET not_before=CASE
  WHEN (judged.decision = 'hold') THEN judged.until
  ELSE touches.not_before END,
  state=CASE
  WHEN (judged.decision = 'pass' AND judged.kind = 'message') THEN 'claimed'
  WHEN (judged.decision = 'pass') THEN 'ready'
  WHEN (judged.decision = 'hold') THEN 'planned'
  WHEN touches.resendable THEN 'unknown'
  WHEN (judged.gate = 'anchor') THEN 'superseded'
  WHEN (judged.gate = 'validity' OR judged.reason = 'held-past-validity') THEN 'skipped'
  ELSE 'cancelled' END,
  state_at=:now,
  gate=CASE
  WHEN (judged.decision != 'pass') THEN judged.gate END,
  reason=judged.reason,
  reason_figures=judged.reason_figures,
  claimed_by=CASE
  WHEN (judged.decision = 'pass' AND judged.kind = 'message') THEN :dispatcher
  ELSE NULL END,
  contacted_at=CASE
  WHEN (judged.decision = 'pass') THEN :now
  WHEN touches.resendable THEN touches.contacted_at
  ELSE NULL END,
  channel=CASE
  WHEN (judged.decision = 'pass') THEN judged.channel
  WHEN touches.resendable THEN touches.channel
  ELSE NULL END,
  contact_point_id=CASE
  WHEN (judged.decision = 'pass') THEN judged.contact_point_id
  WHEN touches.resendable THEN touches.contact_point_id
  ELSE NULL END,
  merged_into=CASE
  WHEN (judged.decision = 'pass') THEN judged.merged_into
  WHEN touches.resendable THEN touches.merged_into
  ELSE NULL END
  FROM judged
  WHERE coalesce(touches.state IN ('planned'), false)
  AND touches.id = judged.id
  AND judged.mine
  RETURNING touches.id,
  touches.state,
  touches.store_id
)
SELECT judged.id,
judged.kind,
moved.store_id,
moved.state,
judged.decision,
judged.gate,
judged.reason,
judged.channel,
judged.merged_into
FROM judged
JOIN moved ON moved.id = judged.id;
